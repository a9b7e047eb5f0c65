import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

/// A running PostgreSQL server, with what tests do to it beside dbops.
struct TestServer: Sendable {
    let cluster: ScratchCluster
    let binFolder: String
    private let workplace: Workplace
    private let samples: SampleDatabases

    static let settings = ["max_connections": "100", "autovacuum": "off"]

    init(_ cluster: ScratchCluster, binFolder: String) throws {
        self.cluster = cluster
        self.binFolder = binFolder
        workplace = try Workplace()
        samples = SampleDatabases(cluster: cluster)
    }

    var major: Int { cluster.version.major }

    /// For `--database` and `--into`: the superuser over the socket.
    func text(_ database: String = "postgres") -> String {
        cluster.connectionInfo.with(database: database).textWithoutSecrets
    }

    /// The port of the loopback address, on which passwords are asked for.
    var port: Int { Int(cluster.tcpConnectionInfo?.keywords["port"] ?? "") ?? 0 }

    /// The role `app`, who needs a password, over TCP.
    func passwordURL(
        _ database: String, password: String = "app%20secret", host: String = "127.0.0.1", port: Int? = nil
    ) -> String {
        "postgresql://app:\(password)@\(host):\(port ?? self.port)/\(database)"
    }

    /// A superuser who needs a password, over TCP.
    func ownerURL(_ database: String, port: Int? = nil) -> String {
        "postgresql://owner:\(Self.ownerPassword)@127.0.0.1:\(port ?? self.port)/\(database)"
    }

    /// The same, where the password comes by the environment.
    func ownerURLWithoutPassword(_ database: String, port: Int) -> String {
        "postgresql://owner@127.0.0.1:\(port)/\(database)"
    }

    static let ownerPassword = "owner-secret"

    /// A name that no other test uses.
    static func newName(_ prefix: String = "db") -> String {
        "\(prefix)_\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
    }

    /// A new database, empty or a copy of a sample, and its name.
    func makeDatabase(_ sample: Sample? = nil, named name: String = newName()) async throws -> String {
        let template = try await samples.template(sample)
        _ = try await cluster.createDatabase(name, options: "TEMPLATE \(template) STRATEGY file_copy")
        if let settings = sample?.settings { try await cluster.psql(settings, database: name) }
        return name
    }

    @discardableResult
    func psql(_ script: String, database: String = "postgres") async throws -> String {
        try await cluster.psql(ServerText(script), database: database)
    }

    /// Runs shell commands whose PostgreSQL programs are the server's own and talk to the server; throws where one
    /// fails, and returns what they print.
    @discardableResult
    func shell(_ commands: String) async throws -> String {
        let keywords = cluster.connectionInfo.keywords
        return try await workplace.shell(
            commands,
            environment: [
                "PATH": "\(binFolder):/usr/bin:/bin", "PGHOST": keywords["host"] ?? "",
                "PGPORT": keywords["port"] ?? "", "PGUSER": keywords["user"] ?? "", "PGDATABASE": "postgres",
                // What pg_dump leaves to the server; see Fixtures/hostile-settings.sql.
                "PGOPTIONS": "-c TimeZone=UTC -c quote_all_identifiers=off -c bytea_output=hex "
                    + "-c standard_conforming_strings=on",
            ])
    }

    /// How plain dumps of two databases differ; empty where they are equal.
    func difference(between first: String, and second: String) async throws -> String {
        try await shell(
            """
            folder=$(mktemp -d -p '\(workplace.folder)')
            cd "$folder"
            for database in '\(first)' '\(second)'; do
              pg_dump -d "$database" | '\(Workplace.repository)/scripts/normalize-dump' > "$database"
            done
            [ "$(wc -l < '\(first)')" -gt 40 ]
            diff '\(first)' '\(second)' > difference || head -n 40 difference
            rm -r "$folder"
            """)
    }

    /// How many sessions of dbops and its children are in a database.
    func sessionCount(in database: String) async throws -> Int {
        let count = try await psql(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(database)' AND pid <> pg_backend_pid()")
        return try #require(Int(count))
    }
}
