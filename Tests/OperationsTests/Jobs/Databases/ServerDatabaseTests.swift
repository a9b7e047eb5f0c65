import JobModel
import Postgres
import TestSupport
import Testing

@testable import Operations

extension ServerTests {
    /// What a server says of its databases.
    @Suite struct ServerDatabaseTests {
        private static let latin = "TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'"

        private func context() -> OperationContext {
            var generator = SystemRandomNumberGenerator()
            return .forLocks(runID: RunID(using: &generator))
        }

        @Test func `reads every name as it is, from a database of any encoding`() async throws {
            let cluster = try OwnServer.cluster
            let odd = ["list.", "list..", "List A", "list'\"\\%/\n", "list-é", "list-e\u{301}", "list=x", "-list"]
            for name in odd { _ = try await cluster.createDatabase(name) }
            _ = try await cluster.createDatabase("list latin", options: Self.latin)
            try await cluster.psql("CREATE DATABASE list_template IS_TEMPLATE true")
            try await cluster.psql("CREATE DATABASE list_shut ALLOW_CONNECTIONS false")
            // Written by a session of LATIN1, the é is one byte.
            let strange = ServerText(bytes: Array("list-".utf8) + [0xe9])
            try await runAsBytes("CREATE DATABASE \(strange.quotedAsIdentifier)", cluster)
            for database in ["postgres", "list latin"] {
                let all = try await ServerDatabase.all(
                    on: cluster.connectionInfo.with(database: database), context: context())
                let names = Set(all.map(\.name))
                for name in odd + ["list latin", "postgres"] { #expect(names.contains(ServerText(name)), "\(name)") }
                #expect(!names.contains("template0") && !names.contains("list_template"))
                #expect(all.first { $0.name == "list_shut" }?.obstacle == .takesNoConnections)
                #expect(all.first { $0.name == strange }?.obstacle == .strangeName)
                #expect(all.filter { $0.obstacle == nil }.allSatisfy { $0.name.validText != nil })
            }
            try await runAsBytes("DROP DATABASE \(strange.quotedAsIdentifier)", cluster)
            for name in odd + ["list latin", "list_shut"] {
                try await cluster.psql("DROP DATABASE \(ServerText(name).quotedAsIdentifier)")
            }
            try await cluster.psql("ALTER DATABASE list_template IS_TEMPLATE false; DROP DATABASE list_template")
        }

        /// In a session that converts nothing.
        private func runAsBytes(_ statement: ServerText, _ cluster: ScratchCluster) async throws {
            let session = try await Session.open(
                cluster.connectionInfo.with(database: "list latin"), applicationName: "dbops test",
                startupStatements: ["SET client_encoding = 'LATIN1'"])
            _ = try await session.query(statement)
            await session.close()
        }

        @Test func `asks in postgres where no database is named`() async throws {
            let cluster = try OwnServer.cluster
            let all = try await ServerDatabase.all(
                on: cluster.connectionInfo.with("dbname", nil), context: context())
            #expect(all.contains { $0.name == "postgres" })
        }
    }
}
