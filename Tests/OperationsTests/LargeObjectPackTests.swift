import Foundation
import JobModel
import ObjectStorage
import Postgres
import TestSupport
import Testing

@testable import Archive
@testable import Operations

extension ServerTests {
    /// Databases with so many large objects that they are packed.
    @Suite struct LargeObjectPackTests {
        /// Around the sizes of the server's pages, of what a query reads at once, and of what a pack takes.
        private static let borders = [
            0, 1, 2_047, 2_048, 2_049, 4_095, 4_096, 4_097, 8_191, 8_192, 8_193, 15_900, 16_400, 20_000,
        ]

        private static var settings: BackupSettings {
            var settings = BackupSettings()
            settings.workers = 2
            settings.chunkSizeInBytes = 8_192
            settings.largeObjects.objectsPerQuery = 50
            settings.largeObjects.beginningInBytes = 4_096
            settings.largeObjects.largestMemberInBytes = 16_384
            settings.largeObjects.packSizeInBytes = 500_000
            return settings
        }

        /// Large objects from 100001 on, with bytes that do not compress, one of nothing but zeros, and one giant.
        private static func script(_ sizes: [Int]) -> ServerText {
            """
            SELECT lo_from_bytea((100000 + n)::oid, coalesce(substr((
                SELECT string_agg(sha512((n || '.' || i)::bytea), '') FROM generate_series(0, size / 64) AS i), 1, size), ''))
            FROM unnest(ARRAY[\(ServerText(sizes.map(String.init).joined(separator: ", ")))]) WITH ORDINALITY AS s(size, n);
            SELECT lo_from_bytea(500001, decode(repeat('00', 3000000), 'hex'));
            SELECT lo_from_bytea(500002, (SELECT string_agg(sha512(i::text::bytea), '') FROM generate_series(1, 40000) AS i));
            """
        }

        private static func sizes(seed: UInt64, count: Int) -> [Int] {
            var state = seed
            return (0..<count).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let choice = Int(state >> 33)
                return choice % 4 == 0 ? borders[choice / 4 % borders.count] : choice % 300
            }
        }

        private func unpacked(_ backup: BackupReport, _ bench: Workbench) throws -> BackupCopy {
            let copy = try BackupCopy(of: backup, bench, name: "unpacked")
            let folder = copy.path("")
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/bash")
            let command = "for file in blobs_*.tar; do tar -xf \"$file\" && rm \"$file\"; done"
            process.arguments = ["-c", "cd '\(folder)' && \(command)"]
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            return copy
        }

        @Test(arguments: [1, 2] as [UInt64])
        func `packs large objects of any size, and stock tar brings back each`(seed: UInt64) async throws {
            let sizes = Self.sizes(seed: seed, count: 1_010)
            try await Workbench.with(Self.script(sizes)) { bench in
                let backup = try await bench.backUp(settings: Self.settings)
                let large = backup.manifest.largeObjects
                #expect(large.count == sizes.count + 2 && large.packs.count > 1)
                #expect(large.bytes == sizes.reduce(0, +) + 3_000_000 + 40_000 * 64)
                let names = backup.manifest.objects.map(\.name)
                let own = names.compactMap(LargeObjectFile.oid)
                #expect(
                    Set(own)
                        == Set(sizes.indices.filter { sizes[$0] > 16_384 }.map { UInt32(100_001 + $0) } + [500_002]))
                #expect(own.count + large.packs.reduce(0) { $0 + $1.count } == large.count)
                for pack in large.packs {
                    let object = try #require(backup.manifest.objects.first { $0.name == pack.file })
                    #expect(object.size < 500_000 + 20_000)
                }

                let copy = try unpacked(backup, bench)
                let session = try await bench.openSession()
                for oid in Array(100_001...UInt32(100_000 + sizes.count)) + [500_001, 500_002] {
                    let name = LargeObjectFile.objectName(of: oid)
                    let stored = try MemberReader.inflate(copy.bytes(name), object: name, limitInBytes: 1 << 23)
                    #expect(try await session.readLargeObjects([oid], atMost: 1 << 23) == [stored], "\(oid)")
                }
                await session.close()
                #expect(try await bench.verify(backup).failures == [:])
            }
        }

        @Test func `finds members that are gone, others, doubled or in another order, and packs that were cut`()
            async throws
        {
            let sizes = (0..<1_005).map { $0 % 7 }
            try await Workbench.with(Self.script(sizes)) { bench in
                let backup = try await bench.backUp(settings: Self.settings)
                let pack = try #require(backup.manifest.largeObjects.packs.first)
                // Members of up to 512 bytes, header and content of 512 each.
                let member = 1_024
                let changes: [(name: String, change: (inout [UInt8]) throws -> Void)] = [
                    ("gone", { $0.removeSubrange(member..<(2 * member)) }),
                    ("doubled", { $0.insert(contentsOf: $0[..<member], at: 0) }),
                    ("swapped", { $0 = Array($0[member..<(2 * member)]) + $0[..<member] + $0[(2 * member)...] }),
                    ("cut", { $0.removeLast(Pack.end.count) }),
                    ("cut between members", { $0 = Array($0[..<(5 * member)]) + Pack.end }),
                    ("behind the end", { $0 += $0[..<member] }),
                    (
                        "another content",
                        { $0.replaceSubrange(512..<member, with: $0[(512 + 3 * member)..<(4 * member)]) }
                    ),
                    ("a flipped bit in a member", { $0[member + 512 + 12] ^= 1 }),
                ]
                for (name, change) in changes {
                    let copy = try BackupCopy(of: backup, bench, name: name)
                    try copy.change(pack.file, change)
                    #expect(try await copy.verify().failures["objects"]?.contains(pack.file) == true, "\(name)")
                    try copy.recomputeManifest()
                    let failures = try await copy.verify().failures
                    #expect(failures["objects"]?.contains(pack.file) == true, "\(name): \(failures)")
                }
                let missing = try BackupCopy(of: backup, bench, name: "missing")
                try missing.delete(pack.file)
                #expect(try await missing.verify().failures["objects"]?.contains("\(pack.file) is missing") == true)
            }
        }

        @Test func `leaves nothing of a pack that could not be written`() async throws {
            try await Workbench.with(Self.script((0..<1_005).map { $0 % 7 })) { bench in
                for step in ["begin", "append", "commit"] {
                    var store = HookedStore(bench.store)
                    let fail: @Sendable (ObjectKey, String) throws -> Void = { key, now in
                        guard now == step, key.description.hasSuffix(".tar") else { return }
                        throw StorageError.cannotWrite(object: "\(key)", reason: "disk full")
                    }
                    store.willBegin = { try fail($0, "begin") }
                    store.willAppend = { key, _ in try fail(key, "append") }
                    store.willCommit = { try fail($0, "commit") }
                    await #expect(throws: StorageError.self) {
                        try await bench.backUp(store: store, settings: Self.settings)
                    }
                    let left = try await bench.store.list(under: nil)
                    #expect(left.isEmpty)
                    if step != "begin" { #expect(!store.discarded.isEmpty) }
                }
            }
        }
    }
}
