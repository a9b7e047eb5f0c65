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
                        #expect(manifest.tables.map(\.name) == ["t"])
                        #expect(
                            manifest.tablesWithoutData
                                == [.init(schema: "public", name: "fleeting", reason: .unloggedOnStandby)])
                        let report = try await bench.verify(backup)
                        #expect(report.failures == [:])
                    }
                }
            }
        }
    }
}
