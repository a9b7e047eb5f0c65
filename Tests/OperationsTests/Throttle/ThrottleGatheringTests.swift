import JobModel
import Operations
import Postgres
import TestSupport
import Testing

@Suite struct `facts for holding work back` {
    @Test(arguments: ScratchCluster.binFolders)
    func `tell of slots, backups and waiting sessions`(binFolder: String) async throws {
        try await ScratchCluster.with(binFolder, settings: ["max_slot_wal_keep_size": "64MB"]) { cluster in
            let session = try await cluster.openSession()
            let quiet = try await ThrottleFacts.gather(on: session, tables: [1, 2])
            #expect(quiet.slot == nil && quiet.backups == [] && quiet.lockWaiters == 0 && quiet.seesOthers)
            #expect(quiet.slotLimitBytes == 64 << 20)
            #expect(ThrottleLimits().decide(quiet) == .proceed)

            try await session.execute(
                "SELECT pg_create_physical_replication_slot('idle', true); SELECT pg_switch_wal()")
            let leader = try await Session.open(cluster.connectionInfo, applicationName: "dbops backup 0123456789ab")
            try await leader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1")
            let other = try await Session.open(cluster.connectionInfo, applicationName: "dbops maintain 0123456789ab")
            try await other.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1")
            let busy = try await ThrottleFacts.gather(on: session, tables: [])
            #expect(busy.slot?.name == "idle")
            #expect((busy.slot?.retainedBytes ?? 0) > 0)
            #expect(busy.backups == ["dbops backup 0123456789ab"])
            await leader.close()
            await other.close()
            await session.close()
        }
    }

    @Test func `say so where this role does not see others`() async throws {
        let cluster = try await ScratchCluster.shared()
        let info = try #require(cluster.tcpConnectionInfo)
        let session = try await Session.open(info, applicationName: "test")
        #expect(try await !ThrottleFacts.gather(on: session, tables: []).seesOthers)
        await session.close()
    }
}
