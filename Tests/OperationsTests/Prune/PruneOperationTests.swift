import Foundation
import JobModel
import TestSupport
import Testing

@testable import Archive
@testable import ObjectStorage
@testable import Operations

struct PruneOperationTests {
    @Test(arguments: PruneStore.available)
    func `deletes what no rule keeps, with its evidence and its marks, and nothing else`(
        _ kind: PruneStore
    ) async throws {
        try await kind.with { store, _ in
            let bench = RetentionBench(store: store)
            try await bench.put(10, 11, 12, 13)
            try await bench.prove(11, .failed)
            try await bench.mark(11, .accepted)
            try await bench.prove(12)
            let other = RetentionBench(store: store, job: "shop-test")
            try await other.put(1, 2, 3, 4)
            let report = try await bench.prune()
            #expect(report.deleted.map(\.id) == [bench.name(10).id, bench.name(11).id])
            #expect(report.failure == nil)
            #expect(try await bench.days() == [12, 13])
            #expect(try await other.days() == [1, 2, 3, 4])
            #expect(try await bench.keys().allSatisfy { !$0.contains("20261110") && !$0.contains("20261111") })
            #expect(try await bench.keys().contains { $0.contains("20261112T020000Z-aaaaaa.evidence/") })
        }
    }

    @Test func `says of each backup why, in the order of their dates`() async throws {
        try await PruneStore.directory.with { store, _ in
            let bench = RetentionBench(store: store)
            try await bench.put(10, 11, 12, 13)
            try await bench.prove(10)
            try await bench.mark(11, .pinned)
            let report = try await bench.prune { $0.policy.last = 1 }
            #expect(report.decisions.map(\.action) == [.keep, .keep, .delete, .keep])
            #expect(
                report.decisions.flatMap { $0.reasons.map(\.text) } == [
                    "newest verified", "pinned", "no rule keeps it", "last 1 of 1", "newest good one",
                ])
        }
    }

    @Test func `leaves alone what is another job's, another system's, or cannot be read`() async throws {
        try await PruneStore.memory.with { store, _ in
            let bench = RetentionBench(store: store)
            try await bench.put(1, 2, 3)
            try await bench.put(4) { $0.job = "other" }
            try await bench.put(5) { $0.server.systemIdentifier = "17" }
            _ = try await store.write([1], to: ObjectKey("shop/20261106T020000Z-aaaaaa/manifest.json"))
            _ = try await store.write([1], to: ObjectKey("shop/notes/manifest.json"))
            try await bench.put(7) { $0.objects[0].size = 4 }
            try await bench.put(30)
            let report = try await bench.prune {
                $0.policy.last = 1
                $0.systemIdentifier = "7574963123456789012"
            }
            #expect(report.deleted.map(\.id) == [bench.name(1).id, bench.name(2).id])
            let decisions = report.decisions
            #expect(decisions.texts("20261104") == ["of another job: other"])
            #expect(decisions.texts("20261105") == ["of another system: 17"])
            #expect(decisions.texts("20261106").first?.hasPrefix("cannot be read") == true)
            #expect(decisions.texts("20261107") == ["not whole: 7.dat.gz has 3 bytes instead of 4"])
            #expect(decisions.texts("20261130") == ["dated in the future"])
            #expect(decisions.texts("notes") == ["not the name of a backup"])
        }
    }

    @Test func `goes by the newest system also in a store that missed its backups, and tells what stays`() async throws
    {
        try await PruneStore.directory.with { first, _ in
            try await PruneStore.memory.with { second, _ in
                for store in [first, second] {
                    try await RetentionBench(store: store).put(1, 2, 3) { $0.server.systemIdentifier = "1" }
                }
                let bench = RetentionBench(store: first)
                try await bench.put(4, 5)
                let report = try await bench.operation([first, second]) { $0.policy.last = 1 }.execute()
                #expect(try await bench.days() == [1, 2, 3, 5])
                #expect(try await bench.days(second) == [1, 2, 3])
                let notes = report.stores.flatMap { $0.plan?.notes ?? [] }
                #expect(notes.count == 2)
                #expect(notes.allSatisfy { $0.hasPrefix("3 backups of shop in ") && $0.contains("20261101") })
            }
        }
    }

    @Test func `takes the newest backup's system where nobody knows the server's`() async throws {
        try await PruneStore.directory.with { store, _ in
            let bench = RetentionBench(store: store)
            try await bench.put(1, 2) { $0.server.systemIdentifier = "1" }
            try await bench.put(3, 4, 5)
            try await bench.prune { $0.policy.last = 1 }
            #expect(try await bench.days() == [1, 2, 5])
        }
    }

    @Test(arguments: PruneStore.available)
    func `a listing that breaks off deletes nothing and is a failure`(_ kind: PruneStore) async throws {
        try await kind.with { store, _ in
            let bench = RetentionBench(store: store)
            try await bench.put(10, 11, 12, 13)
            var broken = HookedStore(store)
            broken.willRead = { key in
                if key.description.hasSuffix("13T020000Z-aaaaaa/manifest.json") {
                    throw StorageError.unavailable(store: "here", reason: "it broke off")
                }
            }
            let report = try await bench.operation([broken]).execute()
            #expect(report.outcome == .failed)
            #expect(report.stores.first?.failure?.category == .unavailable)
            #expect(try await bench.days() == [10, 11, 12, 13])
        }
    }

    @Test func `the second page of a listing that does not come deletes nothing`() async throws {
        let server = try MemoryS3(pageSize: 7)
        let bench = RetentionBench(store: try MemoryS3Store.open(server))
        try await bench.put(10, 11, 12, 13)
        let count = server.objects.count
        server.inject(.init("GET", "continuation-token", times: 100, .error(400, "InvalidArgument")))
        let report = try await bench.operation().execute()
        #expect(report.outcome == .failed)
        // The lease may have come and gone.
        #expect(server.objects.filter { !$0.key.contains(".lease-") }.count == count)
    }

    @Test func `one store that fails holds up no other`() async throws {
        try await PruneStore.directory.with { store, _ in
            let bench = RetentionBench(store: store)
            try await bench.put(10, 11, 12)
            var broken = HookedStore(store)
            broken.willLook = { _ in throw StorageError.unavailable(store: "there", reason: "no route") }
            let report = try await bench.operation([broken, store]).execute()
            #expect(report.outcome == .partial)
            #expect(report.stores.map { $0.failure == nil } == [false, true])
            #expect(try await bench.days() == [11, 12])
        }
    }

    @Test func `a policy that keeps nothing is refused before anything is looked at`() async throws {
        try await PruneStore.directory.with { store, _ in
            let bench = RetentionBench(store: store)
            try await bench.put(10)
            await #expect(throws: RetentionPolicyError.keepsNothing) {
                try await bench.prune { $0.policy.last = 0 }
            }
            #expect(try await bench.days() == [10])
        }
    }

    @Test func `two prunes do not work on one store at a time`() async throws {
        try await PruneStore.directory.with { store, _ in
            let bench = RetentionBench(store: store)
            try await bench.put(10, 11, 12)
            try await bench.context().withLease(LeaseObject(store: store, job: "shop", purpose: .prune)) { _ in
                let report = try await bench.operation().execute()
                #expect(report.stores.first?.failure?.category == .tryLater)
            }
            #expect(try await bench.days() == [10, 11, 12])
        }
    }

    @Test(arguments: PruneStore.available)
    func `a backup that is pinned in the last moment stays`(_ kind: PruneStore) async throws {
        try await kind.with { store, _ in
            let bench = RetentionBench(store: store)
            try await bench.put(10, 11, 12, 13)
            var hooked = HookedStore(store)
            hooked.didCommit = { key in
                if key.description.hasSuffix("10T020000Z-aaaaaa.marks/deleting") { try await bench.mark(10, .pinned) }
            }
            let report = try await bench.operation([hooked]).execute()
            #expect(report.stores.first?.spared == [bench.name(10)])
            #expect(
                report.stores.first?.decisions.first
                    == RetentionDecision(
                        name: bench.name(10).id.description, action: .keep, reasons: [.pinned]))
            #expect(try await bench.days() == [10, 12, 13])
            #expect(try await bench.keys().allSatisfy { !$0.hasSuffix("/deleting") })
        }
    }

    @Test func `nothing goes once the newest verified backup has gone`() async throws {
        try await PruneStore.directory.with { store, _ in
            let bench = RetentionBench(store: store)
            try await bench.put(9, 10, 11, 12, 13)
            try await bench.prove(11)
            var hooked = HookedStore(store)
            hooked.willDelete = { keys in
                if keys.contains(where: { $0.description.hasSuffix("09T020000Z-aaaaaa/manifest.json") }) {
                    try await store.delete([ObjectKey("shop/20261111T020000Z-aaaaaa/manifest.json")])
                }
            }
            let report = try await bench.operation([hooked]).execute()
            #expect(report.outcome == .partial)
            #expect(report.stores.first?.deleted == [bench.name(9)])
            #expect(report.stores.first?.failure?.message.contains("20261111") == true)
            #expect(try await bench.days() == [10, 12, 13])
        }
    }

    @Test func `what was verified in one store counts in another that holds the same`() async throws {
        try await PruneStore.directory.with { first, _ in
            try await PruneStore.memory.with { second, _ in
                let (here, there) = (RetentionBench(store: first), RetentionBench(store: second))
                try await here.put(10, 11, 12)
                try await there.put(10, 11, 12)
                try await there.prove(11)
                // Not the same manifest.
                try await there.put(12) { $0.totals.rows = 101 }
                try await there.prove(12)
                let operation = here.operation([first, second]) {
                    $0.policy.last = 1
                    $0.requiresVerified = true
                }
                let decisions = try #require(try await operation.preview().stores.first).decisions
                #expect(decisions.texts("20261111") == ["newest verified"])
                #expect(decisions.texts("20261110") == ["no rule keeps it"])
                // An object in the wrong size is no proof, whatever another store says.
                _ = try await first.write([1], to: ObjectKey(here.name(11).folder + "/toc.dat"))
                let without = try #require(try await operation.preview().stores.first).decisions
                #expect(without.texts("20261111") == ["not whole: toc.dat has 1 bytes instead of 3"])
                #expect(without.allSatisfy { $0.action == .keep })
            }
        }
    }

    @Test func `a failed verification here is not outdone by a successful one elsewhere`() async throws {
        try await PruneStore.directory.with { first, _ in
            try await PruneStore.directory.with { second, _ in
                let (here, there) = (RetentionBench(store: first), RetentionBench(store: second))
                try await here.put(10, 11)
                try await there.put(10, 11)
                try await here.prove(11, .failed)
                try await there.prove(11)
                let decisions = try #require(try await here.operation([first, second]).preview().stores.first).decisions
                #expect(decisions.texts("20261111").first == "failed its verification")
            }
        }
    }

    @Test func `a backup that shrank is kept apart until it is accepted, also when those before it are gone`()
        async throws
    {
        try await PruneStore.directory.with { store, _ in
            let bench = RetentionBench(store: store)
            try await bench.put(1, 2, 3)
            try await bench.put(4, 5) { $0.totals.rows = 10 }
            var report = try await bench.prune { $0.policy.last = 1 }
            #expect(report.decisions.texts("20261105") == ["kept apart: rows fell by 90 %"])
            #expect(try await bench.days() == [3, 4, 5])
            try await store.delete(store.list(under: ObjectKey(bench.name(3).folder)).map(\.key))
            report = try await bench.prune { $0.policy.last = 1 }
            #expect(report.decisions.texts("20261105") == ["kept apart: rows fell by 90 %"])
            try await bench.mark(5, .accepted)
            try await bench.put(6) { $0.totals.rows = 9 }
            report = try await bench.prune { $0.policy.last = 1 }
            #expect(report.decisions.texts("20261106") == ["last 1 of 1", "newest good one"])
            #expect(try await bench.days() == [4, 6])
        }
    }

    @Test func `scales weigh a new backup as retention does, and once for all`() async throws {
        try await PruneStore.memory.with { store, _ in
            let bench = RetentionBench(store: store)
            func weigh(_ day: Int, limit: Double = 0.5) async throws -> String? {
                try await BackupScales(store: store, job: "shop", shrinkLimit: limit, clock: bench.clock)
                    .weigh(bench.name(day).id)?.text
            }
            try await bench.put(1)
            #expect(try await weigh(1) == nil)
            try await bench.put(2) { $0.totals.rows = 28 }
            #expect(try await weigh(2) == "rows fell by 72 %")
            #expect(try await weigh(2, limit: 0.9) == "rows fell by 72 %")
            #expect(try await weigh(17) == nil)
            let listed = try await BackupCatalog(store: store).list(job: nil).backups
            #expect(listed.map { $0.shrinkage?.text } == [nil, "rows fell by 72 %"])
            #expect(listed.map(\.marks.isPinned) == [false, false])
        }
    }
}
