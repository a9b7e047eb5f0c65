import Postgres
import Testing

@Suite struct PostgresVersionTests {
    @Test(arguments: [
        ("pg_dump (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)", "15.20"), ("postgres (PostgreSQL) 18.6", "18.6"),
        ("pg_dump (PostgreSQL) 19beta2", "19beta2"), ("psql (PostgreSQL) 20devel", "20devel"), ("17.10", "17.10"),
    ])
    func `is found in what programs say`(text: String, version: String) {
        #expect(PostgresVersion(in: text)?.description == version)
    }

    @Test(arguments: ["", "pg_dump", "9.6.24", "version x.y"])
    func `is not found where there is none`(text: String) {
        #expect(PostgresVersion(in: text) == nil)
    }

    @Test func `sorts releases after what came before them`() throws {
        let sorted = ["14.23", "15.2", "15.20", "19beta1", "19rc1", "19.0", "19.1"]
        let versions = try sorted.map { try #require(PostgresVersion(in: $0)) }
        #expect(versions.shuffled().sorted() == versions)
    }

    @Test func `reads a server's number`() {
        #expect(PostgresVersion(number: 150_020).description == "15.20")
        #expect(PostgresVersion(number: 180_006).description == "18.6")
    }

    /// The days of release are those of the project's announcements.
    @Test(
        arguments: [
            ("15.18", "15.20", true), ("15.20", "15.18", false), ("15.20", "15.20", false),
            // 13 August 2026 and before, against 15.20 of November 2026.
            ("18.6", "15.20", true), ("17.10", "15.20", true), ("17.11", "15.20", true), ("16.2", "15.20", true),
            ("15.20", "18.6", false),
            // All of one day.
            ("18.6", "15.19", false), ("17.11", "18.6", false), ("16.15", "14.24", false),
            ("18.1", "14.20", false), ("17.7", "18.1", false), ("13.23", "15.15", false), ("18.3", "17.9", false),
            ("16.1", "14.10", false), ("17.1", "15.9", false),
            // One release apart.
            ("18.2", "17.9", true), ("15.16", "14.22", true), ("17.4", "13.21", true),
            ("20.1", "15.20", nil), ("15.20", "20.1", nil), ("20.1", "20.2", true),
        ] as [(String, String, Bool?)])
    func `knows which of two was released first`(left: String, right: String, isBefore: Bool?) throws {
        let left = try #require(PostgresVersion(in: left))
        let right = try #require(PostgresVersion(in: right))
        #expect(left.wasReleasedBefore(right) == isBefore)
    }
}
