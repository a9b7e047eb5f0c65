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
            failure.reason == "connection to server at \"db\", port 5432 failed: FATAL:  "
                + "Passwort-Authentifizierung für Benutzer »x« fehlgeschlagen")
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
