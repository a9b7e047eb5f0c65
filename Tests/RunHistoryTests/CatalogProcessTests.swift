import Foundation
import GRDB
import JobModel
import RunHistory
import TestSupport
import Testing

/// Several users of one history: catalogs of one process, and processes, some of which are killed.
struct CatalogProcessTests {
    @Test func `two catalogs on one file claim each of a thousand instants once`() async throws {
        let folder = try TestFolder()
        let catalogs = [try await folder.openCatalog(), try await folder.openCatalog()]
        #expect(try await Claiming.race(for: 0..<1_000, among: catalogs) == Array(repeating: 1, count: 1_000))
        #expect(try await catalogs[1].unfinished().count == 1_000)
    }

    @Test func `two processes claim each of a thousand instants once`() async throws {
        let folder = try TestFolder()
        let state = folder.state
        async let first: Void = Self.claimInProcess(state, host: 1)
        async let second: Void = Self.claimInProcess(state, host: 2)
        _ = await (first, second)
        let runs = try await folder.openCatalog().allRuns()
        #expect(runs.count == 1_000)
        // Each process noted in a file of its own how many it had.
        let had = try ["1", "2"].map { try String(contentsOfFile: "\(state)/had-\($0)", encoding: .utf8) }
        #expect(had.compactMap { Int($0) }.reduce(0, +) == 1_000)
    }

    private static func claimInProcess(_ state: String, host: Int) async {
        await #expect(processExitsWith: .success) { [state = state as String, host = host as Int] in
            let catalog = try await RunCatalog.open(directory: state, now: .example(0)).catalog
            let had = try await Claiming.race(for: 0..<1_000, among: [catalog]).reduce(0, +)
            try "\(had)".write(toFile: "\(state)/had-\(host)", atomically: true, encoding: .utf8)
            await catalog.close()
        }
    }

    @Test func `a process that is killed while it writes leaves whole batches and a readable file`() async throws {
        let folder = try TestFolder()
        let state = folder.state
        await #expect(processExitsWith: .signal(SIGKILL)) { [state = state as String] in
            let catalog = try await RunCatalog.open(directory: state, now: .example(0)).catalog
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<4 {
                    group.addTask {
                        for batch in 0... {
                            let due = (batch * 4 + worker) * 10
                            try await catalog.record((due..<due + 10).map { .example(due: $0, outcome: .missed) })
                            // In the middle of what the other workers write.
                            if worker == 0, batch == 50 { kill(getpid(), SIGKILL) }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        let catalog = try await folder.openCatalog()
        let runs = try await catalog.allRuns()
        #expect(runs.count >= 510)
        #expect(runs.count.isMultiple(of: 10))
        #expect(try await catalog.claim(.example(due: -1)))
    }

    @Test func `a history that somebody keeps locked is busy, not broken`() async throws {
        let folder = try TestFolder()
        let catalog = try await folder.openCatalog()
        var configuration = GRDB.Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: folder.database, configuration: configuration)
        try await other.writeWithoutTransaction { db in try db.execute(sql: "BEGIN IMMEDIATE") }
        let error = await #expect(throws: HistoryError.self) { _ = try await catalog.claim(.example()) }
        #expect(error == .busy(path: folder.database))
        #expect(error?.category == .tryLater)
        try await other.writeWithoutTransaction { db in try db.execute(sql: "ROLLBACK") }
        #expect(try await catalog.claim(.example()))
    }
}
