import JobModel
import Testing

@testable import Postgres

@Suite struct ConnectionFailureTests {
    @Test(
        arguments: [
            (
                "could not translate host name \"nowhere\" to address: Name or service not known", .unknownHost,
                .unavailable
            ),
            (
                "connection to server at \"::1\", port 5 failed: Connection refused\n\tIs the server running?",
                .refused, .unavailable
            ),
            (
                "connection to server on socket \"/x/.s.PGSQL.5\" failed: No such file or directory", .refused,
                .unavailable
            ),
            ("timeout expired at host \"db\"", .timeout, .unavailable),
            ("connection to server at \"db\" failed: fe_sendauth: no password supplied", .credentials, .permission),
            ("… failed: FATAL:  28P01: password authentication failed for user \"x\"", .credentials, .permission),
            ("… failed: FATAL:  3D000: database \"x\" does not exist", .noDatabase, .unavailable),
            ("… failed: FATAL:  53300: sorry, too many clients already", .tooManyConnections, .tryLater),
            ("… failed: FATAL:  57P03: the database system is starting up", .starting, .tryLater),
            ("… failed: server certificate for \"a\" does not match host name \"b\"", .tls, .unavailable),
            ("… failed: something new", .other, .unavailable),
        ] as [(String, ConnectionFailure.Cause, FailureCategory)])
    func `finds the cause`(message: String, cause: ConnectionFailure.Cause, category: FailureCategory) {
        let failure = ConnectionFailure(server: "db", libpqMessage: message)
        #expect(failure.cause == cause)
        #expect(failure.category == category)
    }

    @Test func `understands a server that speaks another language`() {
        let failure = ConnectionFailure(
            server: "db",
            libpqMessage: """
                connection to server at "db", port 5432 failed: FATAL:  28P01: Passwort-Authentifizierung für \
                Benutzer »x« fehlgeschlagen
                LOCATION:  auth_failed, auth.c:335

                """)
        #expect(failure.cause == .credentials)
        #expect(failure.sqlState == SQLState("28P01"))
        #expect(
            failure.reason == "db, port 5432: Passwort-Authentifizierung für Benutzer »x« fehlgeschlagen")
    }

    @Test(
        arguments: [
            (
                "connection to server at \"db\", port 5432 failed: Connection refused\n\tIs the server running on that host and"
                    + " accepting TCP/IP connections?\n", "postgresql://x@db:5432/y", "Connection refused"
            ),
            (
                "connection to server at \"localhost\" (::1), port 5432 failed: Connection refused\n\tIs the server running?\n"
                    + "connection to server at \"localhost\" (127.0.0.1), port 5432 failed: Connection refused\n",
                "postgresql://localhost:5432/y",
                "localhost (::1), port 5432: Connection refused; localhost (127.0.0.1), port 5432: Connection refused"
            ),
            (
                "connection to server on socket \"/x/.s.PGSQL.5\" failed: No such file or directory\n\tIs the server running?",
                "postgresql:///y?host=/x", "socket /x/.s.PGSQL.5: No such file or directory"
            ),
            ("connection to server at \"db\", port 7 failed: timeout", "postgresql://db/y", "db, port 7: timeout"),
            ("something new", "postgresql://db/y", "something new"),
        ] as [(String, String, String)])
    func `says it in short, and once where to`(message: String, server: String, reason: String) {
        #expect(ConnectionFailure(server: server, libpqMessage: message).reason == reason)
    }

    @Test(arguments: [
        ("fe_sendauth: no password supplied", "--password-file"),
        ("FATAL:  28P01: password authentication failed for user \"x\"", "name and password"),
        ("FATAL:  28000: role \"x\" does not exist", "name and password"),
        (
            "FATAL:  28000: no pg_hba.conf entry for host \"h\", user \"x\", database \"d\", no encryption",
            "sslmode=require"
        ),
        ("FATAL:  28000: pg_hba.conf rejects connection for host \"h\", user \"x\", SSL encryption", "pg_reload_conf"),
        ("FATAL:  28000: Peer authentication failed for user \"x\"", "operating system"),
    ])
    func `says what to do where a server lets nobody in`(message: String, remedy: String) {
        let failure = ConnectionFailure(
            server: "db", libpqMessage: "connection to server at \"h\", port 5 failed: \(message)")
        #expect(failure.hint?.contains(remedy) == true, "\(failure.hint ?? "")")
        #expect(failure.category == .permission)
        let asksForTLS = failure.hint?.contains("sslmode") == true
        #expect(asksForTLS == (remedy == "sslmode=require"))
    }

    @Test(arguments: ["invalid port number: \"99999\"", "definition of service \"nosuch\" not found"])
    func `takes an address that is none for a slip of the command line`(message: String) {
        let failure = ConnectionFailure(server: "service=nosuch", libpqMessage: message)
        #expect(failure.category == .usage && failure.hint != nil)
    }

    @Test func `lets what a server said count before what the network did`() {
        let failure = ConnectionFailure(
            server: "localhost",
            libpqMessage: """
                connection to server at "localhost" (::1), port 5432 failed: Connection refused
                connection to server at "localhost" (127.0.0.1), port 5432 failed: FATAL:  3D000: no such database
                """)
        #expect(failure.cause == .noDatabase)
    }
}
