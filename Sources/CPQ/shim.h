#pragma once
// Debian keeps the header in a folder of its own, outside the default path.
#if __has_include(<postgresql/libpq-fe.h>)
#include <postgresql/libpq-fe.h>
#include <postgresql/libpq/libpq-fs.h>
#else
#include <libpq-fe.h>
#include <libpq/libpq-fs.h>
#endif

// Of the OpenSSL that libpq itself uses: libpq says that a certificate is no good, and keeps the reason to itself.
struct ssl_st;
int SSL_up_ref(struct ssl_st *connection);
void SSL_free(struct ssl_st *connection);
long SSL_get_verify_result(const struct ssl_st *connection);
int SSL_get_verify_mode(const struct ssl_st *connection);
const char *X509_verify_cert_error_string(long result);
