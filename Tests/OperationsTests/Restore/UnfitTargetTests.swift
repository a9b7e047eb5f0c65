import JobModel
import TestSupport
import Testing

@testable import Operations
@testable import Postgres

extension ServerTests {
    /// Servers and roles that are refused before anything is made.
    @Suite struct UnfitTargetTests {
        private func refusals(
            _ source: BackupSource, _ target: ConnectionInfo, _ bench: Workbench
        ) async throws -> [any UserFacingError] {
            var refusals: [any UserFacingError] = []
            let name = target.database ?? ""
            let requests: [RestoreRequest] = [
                .init(target: target), .init(target: target.with(database: "made"), destination: .new),
                .init(target: target, destination: .replacing(name, disconnects: true)),
                .init(target: target, selection: .init(tables: ["t"])),
            ]
            for request in requests {
                let operation = RestoreOperation(context: bench.context(), source: source, request: request)
                let plan = try await operation.plan()
                do {
                    _ = try await operation.execute()
                } catch let error as any UserFacingError {
                    refusals.append(error)
                    #expect(plan.obstacles.map(\.message).contains(error.message), "\(plan.obstacles)")
                }
            }
            return refusals
        }

        @Test func `a hot standby, whatever it holds`() async throws {
            try await ScratchCluster.with { primary in
                try await Workbench.with("CREATE TABLE t AS SELECT 1 AS n", on: primary) { bench in
                    let source = try await bench.source(try await bench.backUp())
                    try await StandbyServer.with(of: primary, in: bench.folder) { standby in
                        let target = standby.with(database: bench.database.database ?? "")
                        let refusals = try await refusals(source, target, bench)
                        #expect(refusals.count == 4)
                        #expect(
                            refusals.allSatisfy {
                                $0.message.contains("is a hot standby") && $0.category == .cannotWrite
                            })
                    }
                }
            }
        }

        @Test(.enabled(if: PgBouncer.isInstalled, "PgBouncer is not installed"))
        func `a pooler`() async throws {
            try await Workbench.with("CREATE TABLE t AS SELECT 1 AS n") { bench in
                let source = try await bench.source(try await bench.backUp())
                try await PgBouncer.with(bench.database, poolMode: "session", in: bench.folder) { pooled in
                    let refusals = try await refusals(source, pooled, bench)
                    #expect(refusals.count == 4)
                    #expect(refusals.allSatisfy { $0.message.contains("pooler") })
                }
            }
        }

        @Test func `a role that may not make what belongs to others`() async throws {
            try await Workbench.with("CREATE TABLE t AS SELECT 1 AS n") { bench in
                let source = try await bench.source(try await bench.backUp())
                try await bench.psql("CREATE ROLE humble LOGIN")
                let name = "\(bench.database.database ?? "")_humble"
                let target = try await bench.cluster.createDatabase(name).with(user: "humble")
                let refusals = try await refusals(source, target, bench)
                try await bench.psql("DROP DATABASE \(ServerText(name).quotedAsIdentifier); DROP ROLE humble")
                #expect(refusals.map(\.category) == [.permission, .permission, .permission, .permission])
                #expect(refusals.first?.hint?.contains("GRANT \"postgres\" TO \"humble\";") == true, "\(refusals)")
            }
        }
    }
}
