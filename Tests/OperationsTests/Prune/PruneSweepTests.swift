import Foundation
import JobModel
import TestSupport
import Testing

@testable import Archive
@testable import ObjectStorage
@testable import Operations

/// What broken runs and broken deletions leave, and what becomes of it.
struct PruneSweepTests {
    private static let kinds: [PruneStore] = [.directory, .memory]

    private func unfinished(_ bench: RetentionBench, _ day: Int, heartbeat: Bool = true) async throws {
        let folder = ObjectKey(bench.name(day).folder)
        if heartbeat { _ = try await bench.store.write([1], to: folder.appending(HeartbeatObject.name)) }
        _ = try await bench.store.write([1, 2], to: folder.appending("7.dat.gz"))
    }

    @Test(arguments: kinds)
    func `a prefix without manifest goes once its heartbeat is old by the store's clock`(_ kind: PruneStore)
        async throws
    {
        try await kind.with { store, age in
            let bench = RetentionBench(store: store)
            try await bench.put(10)
            try await unfinished(bench, 11)
            try age(86_000)
            let young = try await bench.prune()
            #expect(young.swept.isEmpty)
            #expect(young.plan?.notes.contains { $0.contains("20261111") && $0.contains("in progress") } == true)
            // Ours says something else altogether.
            bench.clock.advance(by: 86_400 * 365)
            #expect(try await bench.prune().swept.isEmpty)
            try age(1_000)
            #expect(try await bench.prune().swept == [bench.name(11)])
            #expect(try await bench.keys().allSatisfy { !$0.contains("20261111") })
        }
    }

    @Test(arguments: kinds)
    func `a prefix with an old heartbeat in which data still come is left`(_ kind: PruneStore) async throws {
        try await kind.with { store, age in
            let bench = RetentionBench(store: store)
            try await unfinished(bench, 11)
            try age(100_000)
            _ = try await store.write([1], to: ObjectKey(bench.name(11).folder + "/8.dat.gz"))
            #expect(try await bench.prune().swept.isEmpty)
        }
    }

    @Test(arguments: kinds)
    func `a prefix with neither mark nor heartbeat is told and stays, however old`(_ kind: PruneStore) async throws {
        try await kind.with { store, age in
            let bench = RetentionBench(store: store)
            try await unfinished(bench, 11, heartbeat: false)
            try age(86_400 * 400)
            let report = try await bench.prune()
            #expect(report.swept.isEmpty)
            #expect(report.plan?.notes.contains { $0.contains("20261111") && $0.contains("by hand") } == true)
            #expect(try await bench.keys().contains { $0.contains("20261111") })
        }
    }

    @Test(arguments: kinds)
    func `a deletion that broke off is finished, at whatever age`(_ kind: PruneStore) async throws {
        try await kind.with { store, _ in
            let bench = RetentionBench(store: store)
            try await bench.put(10)
            try await unfinished(bench, 11, heartbeat: false)
            try await bench.mark(11, .deleting)
            try await bench.mark(12, .deleting)
            try await bench.mark(12, .pinned)
            let report = try await bench.prune()
            #expect(report.swept == [bench.name(11), bench.name(12)])
            #expect(try await bench.keys().allSatisfy { $0.contains("20261110") })
        }
    }

    @Test func `a mark on a backup that stays is taken away`() async throws {
        try await PruneStore.directory.with { store, _ in
            let bench = RetentionBench(store: store)
            try await bench.put(10)
            try await bench.mark(10, .deleting)
            try await bench.prune()
            #expect(try await bench.days() == [10])
            #expect(try await bench.keys().allSatisfy { !$0.hasSuffix("/deleting") })
        }
    }

    @Test func `a run that comes back to life before the sweep keeps its prefix`() async throws {
        try await PruneStore.memory.with { store, age in
            let bench = RetentionBench(store: store)
            try await unfinished(bench, 11)
            try age(100_000)
            let plan = try await bench.operation().plan(for: 0)
            #expect(plan.sweeps.count == 1)
            _ = try await store.write([2], to: ObjectKey(bench.name(11).folder).appending(HeartbeatObject.name))
            let progress = PruneProgress()
            try await bench.operation().execute(plan, in: store, progress) {}
            #expect(progress.current.swept.isEmpty)
            #expect(try await bench.keys().filter { $0.contains("20261111") }.count == 2)
        }
    }

    @Test func `a heartbeat beside a manifest means in progress until it is old`() async throws {
        try await PruneStore.memory.with { store, age in
            let bench = RetentionBench(store: store)
            try await bench.put(9, 10, 11, 12)
            _ = try await store.write([1], to: ObjectKey(bench.name(9).folder).appending(HeartbeatObject.name))
            let report = try await bench.prune()
            #expect(report.decisions.texts("20261109") == ["in progress"])
            #expect(report.deleted == [bench.name(10)])
            try age(100_000)
            #expect(try await bench.prune().deleted == [bench.name(9)])
        }
    }

    @Test(arguments: kinds)
    func `broken-off uploads go when they are old, and only below backups`(_ kind: PruneStore) async throws {
        try await kind.with { store, age in
            let bench = RetentionBench(store: store)
            try await bench.put(10)
            try await unfinished(bench, 12)
            var writers: [any ObjectWriter] = []
            for name in [
                bench.name(10).folder + "/9.dat.gz", bench.name(11).folder + "/7.dat.gz", "shop/notes/x",
                "shop-test/\(bench.name(11).id)/x",
            ] {
                let writer = try await store.writer(for: ObjectKey(name))
                try await writer.append([UInt8](repeating: 1, count: 17 << 20))
                writers.append(writer)
            }
            #expect(try await bench.prune().uploadsGivenUp == 0)
            try age(100_000)
            // Of a run that lives.
            _ = try await store.write([1], to: ObjectKey(bench.name(12).folder + "/running"))
            let live = try await store.writer(for: ObjectKey(bench.name(12).folder + "/8.dat.gz"))
            try await live.append([UInt8](repeating: 1, count: 17 << 20))
            #expect(try await bench.prune().uploadsGivenUp == 2)
            let left = try await store.unfinishedUploads(under: ObjectKey("shop")).map(\.key.description)
            #expect(left == [bench.name(12).folder + "/8.dat.gz", "shop/notes/x"])
            #expect(try await store.unfinishedUploads(under: ObjectKey("shop-test")).count == 1)
            for writer in writers + [live] { await writer.discard() }
        }
    }
}
