import Foundation
import JobModel
import Synchronization
import TestSupport
import Testing

@testable import Archive
@testable import ObjectStorage
@testable import Operations

/// A prune that is killed at any of its steps.
struct PruneFaultTests {
    private struct Killed: Error {}

    /// A store in which the `limit`-th step and all after it fail.
    private func dying(_ store: any ObjectStore, after limit: Int) -> (HookedStore, steps: @Sendable () -> Int) {
        let count = Counter()
        let step: @Sendable () throws -> Void = { if count.next() > limit { throw Killed() } }
        var hooked = HookedStore(store)
        hooked.willBegin = { _ in try step() }
        hooked.didCommit = { _ in try step() }
        hooked.willDelete = { _ in try step() }
        hooked.willGiveUp = { _ in try step() }
        hooked.willLook = { _ in try step() }
        return (hooked, { count.value })
    }

    private final class Counter: Sendable {
        private let state = Mutex(0)
        var value: Int { state.withLock { $0 } }
        func next() -> Int {
            state.withLock {
                $0 += 1
                return $0
            }
        }
    }

    private func furnish(_ bench: RetentionBench) async throws {
        try await bench.put(9, 10, 11, 12, 13)
        try await bench.prove(9)
        try await bench.prove(11)
        try await bench.mark(10, .pinned)
        let left = ObjectKey(bench.name(8).folder)
        _ = try await bench.store.write([1], to: left.appending("7.dat.gz"))
        try await bench.mark(8, .deleting)
    }

    /// Whatever is listed as a backup has all its objects.
    private func requireWholeBackups(_ store: any ObjectStore) async throws {
        for entry in try await BackupCatalog(store: store).list(job: nil).backups {
            let source = try await BackupSource.open(ObjectKey(entry.name.folder), in: store)
            let check = try await ObjectsCheck(source: source).listing()
            try #require(check.verdict == .passed, "\(entry.url): \(check.details)")
        }
    }

    @Test(arguments: PruneStore.available)
    func `a kill at any step leaves no broken backup, and the next prune completes`(_ kind: PruneStore) async throws {
        var limit = 0
        var isDone = false
        while !isDone {
            try await kind.with { store, _ in
                let bench = RetentionBench(store: store)
                try await furnish(bench)
                let plan = try await bench.operation().plan(for: 0)
                #expect(plan.deletions.count == 1 && plan.sweeps.count == 1)
                let (hooked, steps) = dying(store, after: limit)
                do {
                    try await bench.operation().execute(plan, in: hooked, PruneProgress()) {}
                    isDone = true
                } catch is Killed {
                    try #require(steps() > limit)
                }
                try await requireWholeBackups(store)
                #expect(try await bench.days().filter { $0 != 9 } == [10, 11, 12, 13], "after \(limit) steps")
                try await bench.prune()
                #expect(try await bench.days() == [10, 11, 12, 13])
                let left = try await bench.keys().filter { $0.contains("20261109") || $0.contains("20261108") }
                #expect(left == [], "after \(limit) steps")
                #expect(try await bench.keys().allSatisfy { !$0.hasSuffix("/deleting") })
            }
            limit += 1
        }
        #expect(limit > 10)
    }

    @Test func `a store that fails in the middle ends the prune, and says what was done`() async throws {
        try await PruneStore.directory.with { store, _ in
            let bench = RetentionBench(store: store)
            try await bench.put(9, 10, 11, 12, 13)
            var failing = HookedStore(store)
            failing.willDelete = { keys in
                guard keys.contains(where: { $0.description.hasSuffix("10T020000Z-aaaaaa/manifest.json") }) else {
                    return
                }
                throw StorageError.cannotWrite(object: "x", reason: "read-only")
            }
            let report = try await bench.operation([failing]).execute()
            #expect(report.outcome == .partial)
            #expect(report.stores.first?.deleted == [bench.name(9)])
            #expect(report.stores.first?.failure?.category == .cannotWrite)
            #expect(try await bench.days() == [10, 11, 12, 13])
        }
    }

    @Test func `a lease that is lost in the middle ends the prune, and what was deleted before is told`() async throws {
        try await PruneStore.memory.with { store, _ in
            let bench = RetentionBench(store: store)
            try await bench.put(9, 10, 11, 12, 13)
            var seized = HookedStore(store)
            seized.willDelete = { keys in
                guard keys.contains(where: { $0.description.hasSuffix("10T020000Z-aaaaaa/manifest.json") }) else {
                    return
                }
                let lease = LeaseObject(store: store, job: bench.job, purpose: .prune)
                try await store.delete([lease.key])
                _ = try await store.write([1], to: lease.key)
                // Until the renewal has seen it.
                try await Task.sleep(for: .seconds(3_600))
            }
            var operation = bench.operation([seized])
            operation.renewalInterval = .milliseconds(1)
            let report = try await operation.execute()
            #expect(report.outcome == .partial)
            #expect(report.stores.first?.deleted == [bench.name(9)])
            #expect(report.stores.first?.bytesFreed ?? 0 > 0)
            let failure = try #require(report.stores.first?.failure as? LockError)
            #expect(failure.message.contains("was lost"))
            #expect(try await bench.days() == [10, 11, 12, 13])
        }
    }

    @Test func `a prune that is stopped leaves word of what it had deleted`() async throws {
        try await PruneStore.directory.with { store, _ in
            let bench = RetentionBench(store: store)
            try await bench.put(9, 10, 11, 12, 13)
            var stopping = HookedStore(store)
            stopping.willDelete = { keys in
                guard keys.contains(where: { $0.description.hasSuffix("10T020000Z-aaaaaa/manifest.json") }) else {
                    return
                }
                throw CancellationError()
            }
            let reporter = RecordingReporter()
            let operation = PruneOperation(
                context: bench.context(reporter: reporter), request: bench.request(), stores: [stopping])
            await #expect(throws: CancellationError.self) { try await operation.execute() }
            #expect(reporter.notes == ["\(store.location.url): had deleted 1 backups of shop and swept 0"])
        }
    }

    /// A store full of odds and ends, by a seed.
    private func scatter(_ bench: RetentionBench, seed: UInt64) async throws {
        var state = seed
        func draw(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(limit))
        }
        for day in 1...20 where draw(4) > 0 {
            let folder = ObjectKey(bench.name(day).folder)
            switch draw(8) {
            case 0: _ = try await bench.store.write([1], to: folder.appending("7.dat.gz"))
            case 1: _ = try await bench.store.write([1], to: folder.appending("running"))
            case 2: try await bench.put(day) { $0.job = "other" }
            case 3: try await bench.put(day) { $0.totals.rows = 3 }
            default: try await bench.put(day)
            }
            let isWhole = try await bench.store.info(folder.appending("manifest.json")) != nil
            if isWhole, draw(3) == 0 { try await bench.prove(day, draw(3) == 0 ? .failed : .succeeded) }
            if draw(6) == 0 { try await bench.mark(day, .pinned) }
            if draw(6) == 0 { try await bench.mark(day, .deleting) }
            if draw(8) == 0 { try await bench.mark(day, .accepted) }
        }
    }

    @Test(arguments: 0..<40)
    func `a dry run tells exactly what the run then does`(_ seed: Int) async throws {
        try await PruneStore.directory.with { store, _ in
            let bench = RetentionBench(store: store)
            try await scatter(bench, seed: UInt64(seed))
            let change: (inout PruneRequest) -> Void = {
                $0.policy.last = seed % 3
                $0.policy.daily = 1 + seed % 4
                $0.policy.weekly = seed % 2
                $0.requiresVerified = seed % 2 == 0
            }
            let before = try await bench.keys()
            let preview = try #require(try await bench.operation(nil, change).preview().stores.first)
            #expect(try await bench.keys() == before)
            let report = try await bench.prune(change)
            #expect(report.plan == preview.plan)
            #expect(report.decisions == preview.decisions)
            let planned = try #require(preview.plan)
            #expect(report.deleted == planned.deletions.map(\.name))
            #expect(report.swept == planned.sweeps.map(\.name))
            let gone = Set(planned.deletions.map(\.manifest)).union(planned.deletions.flatMap(\.data))
                .union(planned.sweeps.flatMap(\.data))
            let heartbeats = Set(planned.sweeps.map { "\($0.name.folder)/running" })
            let after = Set(try await bench.keys())
            // Nothing but what was planned has gone, and marks.
            for key in before where !after.contains(key) {
                let isPlanned = gone.contains(ObjectKey(key)) || heartbeats.contains(key)
                #expect(isPlanned || key.contains(".marks/") || key.contains(".evidence/"), "\(key)")
            }
            #expect(gone.allSatisfy { !after.contains($0.description) })
            let again = try #require(try await bench.operation(nil, change).preview().stores.first?.plan)
            #expect(again.deletions.isEmpty && again.sweeps.isEmpty && again.weighings.isEmpty)
        }
    }
}
