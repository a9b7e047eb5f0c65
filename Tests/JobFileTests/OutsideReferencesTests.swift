import JobModel
import Testing

@testable import JobFile

@Suite struct `what a job file names outside of it` {
    private func references(_ text: String) -> OutsideReferences {
        OutsideReferences(in: text, surroundings: Decoding.surroundings)
    }

    @Test func `is each secret, with its key, in the order of the file`() {
        let found = references(
            """
            [databases.shop]
            url = "postgresql://db/shop"
            password_file = "secrets/shop"
            [jobs.checkup]
            pgbouncer_password_env = "POOLER"
            [[jobs.checkup.checks]]
            file = "no-secret.sql"
            [notifiers.ops]
            url_file = "/run/ops"
            """)
        #expect(
            found.secrets == [
                .init(path: ["databases", "shop", "password_file"], reference: .file(path: "/etc/dbops/secrets/shop")),
                .init(path: ["jobs", "checkup", "pgbouncer_password_env"], reference: .environment(name: "POOLER")),
                .init(path: ["notifiers", "ops", "url_file"], reference: .file(path: "/run/ops")),
            ])
        #expect(found.listen == nil)
    }

    @Test func `are all secrets that decoding finds in the example`() throws {
        let example = try ExampleTests.example()
        let found = references(example).secrets.map(\.reference)
        let configuration = try Decoding.decode(example).configuration
        for database in configuration.databases {
            for secret in [database.password, database.scratchPassword].compactMap({ $0 }) {
                #expect(found.contains(secret))
            }
        }
        #expect(found.contains(.environment(name: "OPS_WEBHOOK")))
        #expect(found.contains(.file(path: "/run/secrets/mail")))
    }

    @Test func `is the address that the daemon listens at`() {
        #expect(references("[daemon]\nlisten = \"0.0.0.0:8432\"").listen == "0.0.0.0:8432")
    }
}
