/// What libpq and OpenSSL say when the two sides do not agree about TLS or certificates, and what to do about it.
///
/// Sources: PostgreSQL's `fe-secure-openssl.c`, `fe-connect.c` and `auth.c`; OpenSSL's `x509_txt.c` and alerts.
enum TLSComplaint {
    private struct Rule {
        let phrase: String
        let cause: ConnectionFailure.Cause
        let hint: String
    }

    /// The first whose phrase is in the message counts.
    private static let rules: [Rule] = [
        // The server's certificate, by OpenSSL's words.
        Rule(
            phrase: "certificate has expired", cause: .tls,
            hint:
                "The server's certificate, or its authority's, is too old: have it renewed; and see that this machine's "
                + "clock is right."),
        Rule(
            phrase: "certificate is not yet valid", cause: .tls,
            hint: "The server's certificate is for later: see that this machine's clock is right."),
        Rule(
            phrase: "verify failed: certificate revoked", cause: .tls,
            hint: "The authority has withdrawn the server's certificate (sslcrl): trust it again only with a new one."),
        Rule(
            phrase: "unable to get certificate CRL", cause: .tls,
            hint: "sslcrl holds no list of the server's authority: put a current one there, or leave sslcrl out."),
        Rule(
            phrase: "CRL has expired", cause: .tls,
            hint: "The list of withdrawn certificates in sslcrl is too old: fetch a current one."),
        Rule(
            phrase: "issuer certificate", cause: .tls,
            hint:
                "The server's certificate is of another authority than sslrootcert names: name the file with the right "
                + "one, and see that it is your server that answers."),
        Rule(
            phrase: "self-signed certificate", cause: .tls,
            hint:
                "sslrootcert does not hold the authority of the server's certificate: name the file with the right one "
                + "(for a self-signed certificate, a copy of that), and see that it is your server that answers."),
        Rule(
            phrase: "does not match host name", cause: .tls,
            hint:
                "Write the host as the certificate names it, with hostaddr=ADDRESS beside it where that name is not in "
                + "the DNS; or have a certificate made that holds this name."),
        Rule(
            phrase: "root certificate file", cause: .tls,
            hint: "Name the file with the authority's certificate: sslrootcert=FILE."),
        Rule(
            phrase: "does not support SSL", cause: .tls,
            hint:
                "The server speaks no TLS: set ssl = on there, with a certificate; and see that host and port are right."
        ),
        // Our own certificate.
        Rule(
            phrase: "has group or world access", cause: .tls,
            hint: "Let nobody else read the key: chmod 600 FILE, as a file of the user that dbops runs as."),
        Rule(
            phrase: "could not load private key file", cause: .tls,
            hint:
                "See that sslkey names the key of the certificate in sslcert, and give its passphrase, where it has one, "
                + "as sslpassword."),
        Rule(
            phrase: "private key file", cause: .tls,
            hint: "Name the key of the client certificate: sslkey=FILE."),
        Rule(
            phrase: "could not read certificate file", cause: .tls,
            hint: "Name the client certificate, in PEM: sslcert=FILE."),
        Rule(
            phrase: "requires a valid client certificate", cause: .credentials,
            hint: "The server wants a client certificate: add sslcert=FILE and sslkey=FILE."),
        Rule(
            phrase: "alert certificate required", cause: .credentials,
            hint: "The server wants a client certificate: add sslcert=FILE and sslkey=FILE."),
        Rule(
            phrase: "certificate authentication failed", cause: .credentials,
            hint:
                "The client certificate is of somebody else: its common name must be the role's, or pg_ident.conf map it "
                + "to the role."),
        Rule(
            phrase: "alert certificate expired", cause: .credentials,
            hint: "The client certificate (sslcert) has expired: have it renewed."),
        Rule(
            phrase: "alert certificate revoked", cause: .credentials,
            hint: "The client certificate (sslcert) has been withdrawn: have a new one made."),
        Rule(
            phrase: "alert unknown ca", cause: .credentials,
            hint: "The server does not know the authority of the client certificate (sslcert): it must be in the "
                + "server's ssl_ca_file."),
    ]

    private static func rule(for message: String) -> Rule? {
        rules.first { message.contains($0.phrase) }
    }

    static func cause(of message: String) -> ConnectionFailure.Cause? {
        rule(for: message)?.cause
    }

    /// Nil where the message is not about TLS.
    static func hint(for message: String) -> String? { rule(for: message)?.hint }
}
