import Foundation
import JobModel
import Logging
import Synchronization
import TestSupport
import Testing

@testable import ObjectStorage
@testable import Operations

/// The kinds of store that a lease is taken in: by conditional writes, or without them.
enum LeaseStore: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case directory
    case conditional = "S3"
    case ignoring = "S3 that passes over conditions"
    case refusing = "S3 that refuses conditions"

    var testDescription: String { rawValue }

    /// A store, another way into the same store as from another host, and what makes its objects older.
    func with(
        _ body: (_ open: @Sendable () throws -> any ObjectStore, _ age: @Sendable (TimeInterval) throws -> Void)
            async throws -> Void
    ) async throws {
        guard self != .directory else {
            return try await TestFolder.with { folder in
                let path = "\(folder.path)/store"
                try await body({ DirectoryStore(path: path) }, { try Self.ageFiles(in: path, by: $0) })
            }
        }
        let server = try MemoryS3(
            conditions: self == .conditional ? .honoured : self == .ignoring ? .ignored : .refused)
        try await body({ try MemoryS3Store.open(server) }, { server.moveClock(by: $0) })
    }

    private static func ageFiles(in path: String, by seconds: TimeInterval) throws {
        for name in FileManager.default.enumerator(atPath: path)?.allObjects as? [String] ?? [] {
            let file = "\(path)/\(name)"
            guard let date = try FileManager.default.attributesOfItem(atPath: file)[.modificationDate] as? Date else {
                continue
            }
            try FileManager.default.setAttributes([.modificationDate: date - seconds], ofItemAtPath: file)
        }
    }
}

struct LeaseTests {
    private func context(_ host: String = "bench", clock: any WallClock = ManualClock()) -> OperationContext {
        var generator = SystemRandomNumberGenerator()
        return OperationContext.forLocks(runID: RunID(using: &generator), host: host, clock: clock)
    }

    private func lease(_ store: any ObjectStore, _ purpose: LeaseObject.Purpose = .prune) -> LeaseObject {
        var lease = LeaseObject(store: store, job: "nightly", purpose: purpose)
        lease.ticketPause = .milliseconds(10)
        return lease
    }

    @Test(arguments: LeaseStore.allCases)
    func `is held while the work goes on, and gone afterwards`(_ kind: LeaseStore) async throws {
        try await kind.with { open, _ in
            let store = try open()
            try await context().withLease(lease(store)) { held in
                try await held.confirm()
                #expect(try await store.list(under: nil).count == 1)
            }
            #expect(try await store.list(under: nil) == [])
        }
    }

    @Test(arguments: LeaseStore.allCases)
    func `names its holder to whom it refuses`(_ kind: LeaseStore) async throws {
        try await kind.with { open, _ in
            let holder = context("first.example")
            let (mine, theirs) = (lease(try open()), lease(try open()))
            try await holder.withLease(mine) { _ in
                let error = await #expect(throws: LockError.self) { try await context().withLease(theirs) { _ in } }
                #expect(error?.category == .tryLater)
                #expect(error?.message.contains("run \(holder.runID) on first.example") == true)
            }
        }
    }

    @Test(arguments: LeaseStore.allCases)
    func `other purposes and other jobs are not excluded`(_ kind: LeaseStore) async throws {
        try await kind.with { open, _ in
            let store = try open()
            let other = LeaseObject(store: store, job: "hourly", purpose: .prune)
            try await context().withLease(lease(store)) { _ in
                try await context().withLease(lease(store, .verify)) { _ in }
                try await context().withLease(other) { _ in }
            }
        }
    }

    @Test(arguments: LeaseStore.allCases)
    func `never has two holders, however many want it`(_ kind: LeaseStore) async throws {
        try await kind.with { open, _ in
            let counts = HolderCounts()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<12 {
                    let (object, contender) = (lease(try open()), context())
                    group.addTask { try await contender.contend(for: object, times: 6, counts) }
                }
                try await group.waitForAll()
            }
            #expect(await counts.most == 1)
            #expect(await counts.wins >= 1)
            #expect(try await open().list(under: nil) == [])
        }
    }

    @Test(arguments: LeaseStore.allCases)
    func `is taken over when its holder was killed, and not before it ends`(_ kind: LeaseStore) async throws {
        try await kind.with { open, age in
            let object = lease(try open())
            let killed = try await Lease.acquire(object, as: LeaseHolder(context: context()))
            try age(240)
            await #expect(throws: LockError.self) { try await context().withLease(object) { _ in } }
            try age(70)
            try await context().withLease(object) { _ in
                await #expect(throws: LockError.self) { try await killed.renew() }
                await #expect(throws: LockError.self) { try await killed.confirm() }
            }
        }
    }

    @Test(arguments: LeaseStore.allCases)
    func `lives on as long as it is renewed`(_ kind: LeaseStore) async throws {
        try await kind.with { open, age in
            let object = lease(try open())
            let held = try await Lease.acquire(object, as: LeaseHolder(context: context()))
            for _ in 0..<3 {
                try age(200)
                try await held.renew()
                await #expect(throws: LockError.self) { try await context().withLease(object) { _ in } }
            }
            await held.release()
            try await context().withLease(object) { _ in }
        }
    }

    @Test(arguments: LeaseStore.allCases, [-86_400.0, 86_400])
    func `the clocks of hosts do not matter`(_ kind: LeaseStore, _ offset: TimeInterval) async throws {
        try await kind.with { open, _ in
            let clock = ManualClock()
            clock.advance(by: offset)
            let object = lease(try open())
            try await context(clock: clock).withLease(object) { held in
                await #expect(throws: LockError.self) { try await context().withLease(object) { _ in } }
                clock.advance(by: offset)
                try await held.renew()
                await #expect(throws: LockError.self) { try await context(clock: clock).withLease(object) { _ in } }
            }
        }
    }

    @Test(arguments: LeaseStore.allCases)
    func `is given back by a run that fails or is cancelled`(_ kind: LeaseStore) async throws {
        struct Failure: Error {}
        try await kind.with { open, _ in
            let object = lease(try open())
            await #expect(throws: Failure.self) { try await context().withLease(object) { _ in throw Failure() } }
            #expect(try await object.store.list(under: nil) == [])
            let cancelled = context()
            let task = Task {
                try await cancelled.withLease(object) { _ in
                    withUnsafeCurrentTask { $0?.cancel() }
                    try await Task.sleep(for: .seconds(1_000))
                }
            }
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try await object.store.list(under: nil) == [])
        }
    }

    @Test(arguments: [LeaseStore.directory, .conditional])
    func `work whose lease another has taken is stopped`(_ kind: LeaseStore) async throws {
        try await kind.with { open, age in
            var object = lease(try open())
            object.renewalInterval = .milliseconds(20)
            let store = object.store
            let error = await #expect(throws: LockError.self) {
                try await context().withLease(object) { [object] _ in
                    // More than once: a renewal that is under way may write over it where a store knows no conditions.
                    while !Task.isCancelled {
                        _ = try await store.write([1], to: object.key)
                        try await Task.sleep(for: .milliseconds(100))
                    }
                }
            }
            #expect(error?.message.contains("was lost") == true)
            // The other's lease stays.
            #expect(try await store.list(under: nil).map(\.key) == [object.key])
        }
    }

    @Test func `work is stopped in time where the store does not answer any more`() async throws {
        try await LeaseStore.directory.with { open, _ in
            var store = HookedStore(try open())
            let isGone = Mutex(false)
            store.willBegin = { key in
                if isGone.withLock({ $0 }) { throw StorageError.unavailable(store: "s", reason: "no route") }
            }
            var object = lease(store)
            object.lifetime = .milliseconds(200)
            object.renewalInterval = .milliseconds(20)
            let error = await #expect(throws: LockError.self) {
                try await context().withLease(object) { _ in
                    isGone.withLock { $0 = true }
                    try await Task.sleep(for: .seconds(1_000))
                }
            }
            #expect(error?.message.contains("was lost") == true)
        }
    }

    @Test func `is no backup to the catalog`() async throws {
        try await LeaseStore.directory.with { open, _ in
            let store = try open()
            try await context().withLease(lease(store)) { _ in
                let (backups, unreadable) = try await BackupCatalog(store: store).list(job: nil)
                #expect(backups.isEmpty)
                #expect(unreadable.isEmpty)
            }
        }
    }
}

/// How many hold a lease, and how many have at the same time at most.
private actor HolderCounts {
    private var holders = 0
    var most = 0
    var wins = 0

    func enter() {
        holders += 1
        wins += 1
        most = max(most, holders)
    }

    func leave() {
        holders -= 1
    }
}

extension OperationContext {
    fileprivate func contend(for object: LeaseObject, times: Int, _ counts: HolderCounts) async throws {
        for _ in 0..<times {
            do {
                try await withLease(object) { _ in
                    await counts.enter()
                    _ = try await object.store.list(under: nil)
                    await counts.leave()
                }
            } catch is LockError {
                continue
            }
        }
    }
}
