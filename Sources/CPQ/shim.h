#pragma once
// Debian keeps the header in a folder of its own, outside the default path.
#if __has_include(<postgresql/libpq-fe.h>)
#include <postgresql/libpq-fe.h>
#include <postgresql/libpq/libpq-fs.h>
#else
#include <libpq-fe.h>
#include <libpq/libpq-fs.h>
#endif
