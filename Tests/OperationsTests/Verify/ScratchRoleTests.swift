import JobModel
import ObjectStorage
import TestSupport
import Testing

@testable import Archive
@testable import Operations
@testable import Postgres

extension ServerTests {
    /// Roles that may not do on a scratch server what a proof takes: no fault of the backup.
    @Suite struct ScratchRoleTests {
        private func error(
            ofRole attributes: String, provingOn bench: Workbench
        ) async throws -> (error: any UserFacingError, role: String) {
            let role = "r_\(bench.database.database ?? "")"
            try await bench.psql("CREATE ROLE \(ServerText(role)) LOGIN PASSWORD 'x' \(ServerText(attributes))")
            let backup = try await bench.backUp()
            let server = bench.cluster.connectionInfo.with(user: role).with(password: Secret("x"))
            let error = await #expect(throws: (any Error).self) {
                try await bench.verify(backup) { $0.server = server }
            }
            try await bench.psql("DROP ROLE \(ServerText(role))")
            #expect(try await BackupCatalog(store: bench.store).list(job: nil).backups.first?.verification == nil)
            return (try #require(error as? any UserFacingError), role)
        }

        @Test func `a role that may not create databases is told so before anything is made`() async throws {
            try await Workbench.with("CREATE TABLE t ()") { bench in
                let (error, role) = try await error(ofRole: "", provingOn: bench)
                #expect(error.message.hasPrefix("\(role) may not create databases, and so no scratch database, on "))
                #expect(error.hint?.contains("ALTER ROLE \(role) CREATEDB") == true)
                #expect(error.category == .permission)
            }
        }

        @Test func `a role that cannot act for the owners breaks the proof off, and says nothing of the backup`()
            async throws
        {
            try await Workbench.with("CREATE TABLE t ()") { bench in
                let (error, _) = try await error(ofRole: "CREATEDB", provingOn: bench)
                #expect(error.message.hasPrefix("the restore broke off while making the definitions: "))
                #expect(error.hint?.hasPrefix("Restore as a superuser") == true)
                #expect(error.category == .permission)
            }
        }
    }
}
