import Foundation
import JobModel
import ObjectStorage
import Postgres
import TestSupport
import Testing

@testable import Archive
@testable import Operations

extension ServerTests {
    @Suite struct StandbyTests {
        /// What the check says of the two addresses, but for what is good; the beginnings.
        private func findings(
            _ bench: Workbench, url: ConnectionInfo, readURL: ConnectionInfo
        ) async throws -> [String] {
            var configuration = Configuration()
            configuration.daemon.state = .directory(path: bench.temporaryDirectory)
            var target = DatabaseTarget(name: "shop", url: url.textWithoutSecrets)
            target.readURL = readURL.textWithoutSecrets
            configuration.databases = [target]
            let targets = TargetOpener(
                secrets: SecretReader(environment: [:]), stores: StoreOpener(environment: [:]))
            let all = try await TargetsCheck(context: bench.context(), configuration: configuration, targets: targets)
                .run()
            return all.filter { $0.subject == "database shop" && $0.message.contains("url names") }.map {
                let words = $0.message.prefix { !":(".contains($0) }.split(separator: " ")
                return "\($0.isFault ? "fault" : "warning"): \(words.joined(separator: " "))"
            }
        }

        @Test func `backs up a hot standby, and says which rows a standby does not have`() async throws {
            let script: ServerText = """
                CREATE TABLE t AS SELECT n FROM generate_series(1, 100) n; CREATE SEQUENCE counter; SELECT nextval('counter');
                CREATE UNLOGGED TABLE fleeting AS SELECT 1 AS n; SELECT lo_from_bytea(100001, 'hello');
                """
            // Of the suite's server there would be too much to copy.
            try await ScratchCluster.with { primary in
                try await Workbench.with(script, on: primary) { bench in
                    // The default that a standby refuses.
                    try await bench.psql("ALTER SYSTEM SET default_transaction_isolation = 'serializable'")
                    try await StandbyServer.with(of: primary, in: bench.folder) { standby in
                        let connection = standby.with(database: bench.database.database ?? "")
                        let backup = try await bench.backUp(connection: connection)
                        let manifest = backup.manifest
                        #expect(manifest.snapshot.inRecovery)
                        #expect(manifest.snapshot.lsn.contains("/"))
                        #expect(manifest.snapshot.standbyLagInSeconds == 0)
                        #expect(manifest.globals?.passwordHashes == true)
                        #expect(manifest.tables.map(\.name) == ["t"])
                        #expect(
                            manifest.tablesWithoutData
                                == [.init(schema: "public", name: "fleeting", reason: .unloggedOnStandby)])
                        let report = try await bench.verify(backup)
                        #expect(report.failures == [:])
                        let other = try OwnServer.cluster.connectionInfo
                        #expect(try await findings(bench, url: bench.database, readURL: connection) == [])
                        #expect(
                            try await findings(bench, url: bench.database, readURL: bench.database)
                                == ["warning: read_url names a server that is no standby"])
                        #expect(
                            try await findings(bench, url: connection, readURL: connection)
                                == ["warning: url names a standby"])
                        #expect(
                            try await findings(bench, url: other, readURL: connection)
                                == ["fault: read_url names another system"])
                    }
                }
            }
        }
    }
}
