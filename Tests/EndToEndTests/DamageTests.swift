import Archive
import Foundation
import TestSupport
import Testing

extension EndToEndTests {
    /// Whatever is done to a backup's bytes, a verification finds it.
    @Suite struct DamageTests {
        /// The objects' names, each with positions at its start, in its middle and at its end.
        private func positions(_ backup: DamagedBackup) throws -> [(object: String, position: Int)] {
            try backup.dataObjects.flatMap { object in
                let size = try backup.bytes(object).count
                return Set([0, 3, size / 3, size / 2, size - 9, size - 6, size - 1].map { min(max($0, 0), size - 1) })
                    .sorted().map { (object, $0) }
            }
        }

        @Test func `a flipped bit in any object`() async throws {
            let backup = try await DamagedBackup()
            try await backup.expectFound(
                try positions(backup).map { object, position in
                    .init("bit 0 of byte \(position) of \(object) flipped", names: object) { folder in
                        try folder.change(object) { $0[position] ^= 1 }
                    }
                })
        }

        @Test func `a flipped bit anywhere in the manifest`() async throws {
            let backup = try await DamagedBackup()
            let text = try backup.bytes("manifest.json")
            let version = Array("\"format_version\"".utf8)
            let start = try #require(text.firstRange(of: version)).upperBound
            let number = start..<text[start...].firstIndex { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\n") }!
            try await backup.expectFound(
                stride(from: 0, to: text.count, by: 53).map { position in
                    .init(
                        "byte \(position) of the manifest", codes: number.contains(position) ? [65, 69] : [65]
                    ) { folder in
                        try folder.change("manifest.json") { $0[position] ^= 1 << UInt8(position % 8) }
                    }
                })
        }

        @Test func `an object cut at the end of a gzip member, or anywhere`() async throws {
            let backup = try await DamagedBackup()
            let index = try MemberIndex(decoding: backup.bytes(MemberIndex.objectName))
            #expect(index.objects.values.contains { $0.count > 2 })
            var cuts: [(object: String, length: Int)] = []
            for (object, members) in index.objects {
                cuts += members.map { (object, $0.offset) }
            }
            for object in backup.dataObjects + ["manifest.json"] {
                let size = try backup.bytes(object).count
                cuts += [(object, size / 2), (object, size - 1)]
            }
            try await backup.expectFound(
                cuts.map { object, length in
                    .init("\(object) cut after \(length) bytes", names: object) { folder in
                        try folder.change(object) { $0 = Array($0.prefix(length)) }
                    }
                })
        }

        @Test func `a missing object`() async throws {
            let backup = try await DamagedBackup()
            try await backup.expectFound(
                backup.dataObjects.map { object in
                    .init("\(object) deleted", names: object) { folder in try folder.remove(object) }
                } + [.init("the manifest deleted", names: "manifest.json") { try $0.remove("manifest.json") }])
        }

        @Test func `something appended to an object`() async throws {
            let backup = try await DamagedBackup()
            let emptyMember: [UInt8] = [
                0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            ]
            try await backup.expectFound(
                (backup.dataObjects + ["manifest.json"]).flatMap { object in
                    [[0], emptyMember].map { garbage in
                        .init("\(garbage.count) bytes after \(object)", names: object) { folder in
                            try folder.change(object) { $0 += garbage }
                        }
                    }
                })
        }

        @Test func `objects that stand in each other's place`() async throws {
            let backup = try await DamagedBackup()
            let tables = backup.dataObjects.filter { $0.wholeMatch(of: /\d+\.dat\.gz/) != nil }
            try #require(tables.count == 3)
            let twins = try tables.filter { try backup.bytes($0).count == backup.bytes(tables[1]).count }
            try await backup.expectFound([
                .init("another table's rows") { try $0.swap(tables[0], tables[1]) },
                .init("rows of another table with as many bytes") { try $0.swap(twins[0], twins[twins.count - 1]) },
                .init("a table of contents in place of the guide") { try $0.swap("toc.dat", "RESTORE.md") },
            ])
            #expect(twins.count == 2, "the example needs two tables whose objects have the same size")
        }

        @Test func `rows taken out, and all sizes and sums made to fit`() async throws {
            let backup = try await DamagedBackup()
            let object = try #require(backup.dataObjects.first { $0.hasSuffix(".dat.gz") && !$0.hasPrefix("blob") })
            let withoutRow = "zcat '\(object)' | sed 1d | gzip -n > changed && mv changed '\(object)'"
            let changedRow = "zcat '\(object)' | sed '1s/[0-9]/7/' | gzip -n > changed && mv changed '\(object)'"
            try await backup.expectFound([
                .init("a row less", names: object) { try await $0.shell(withoutRow) },
                .init("a row less that the manifest knows of", names: object) {
                    try await $0.shell(withoutRow)
                    try $0.fitManifest(to: object)
                },
                .init("a row changed that the manifest knows of", names: object) {
                    try await $0.shell(changedRow)
                    try $0.fitManifest(to: object)
                },
            ])
        }

        @Test func `a manifest of a newer version is no damage`() async throws {
            let backup = try await DamagedBackup()
            try await backup.expectFound([
                .init("version 2", codes: [69], names: "newer") { folder in
                    try folder.change("manifest.json") { bytes in
                        let text = String(decoding: bytes, as: UTF8.self)
                        let newer = text.replacing(/"format_version" ?: ?1\b/, with: "\"format_version\": 2")
                        #expect(newer != text)
                        bytes = Array(newer.utf8)
                    }
                }
            ])
        }

        @Test func `what is not there is not damaged`() async throws {
            let backup = try await DamagedBackup()
            let result = try await backup.workplace.run("restore", "--verify", "\(backup.workplace.folder)/nowhere/x")
            expect(result, failsWith: 69, saying: "nowhere", "Check the path")
        }

        @Test func `a damaged backup is not restored for real either`() async throws {
            let backup = try await DamagedBackup()
            let object = try #require(backup.dataObjects.first { $0.hasSuffix(".dat.gz") && !$0.hasPrefix("blob") })
            let copy = try backup.copy()
            try copy.change(object) { $0[$0.count / 2] ^= 1 }
            let database = TestServer.newName()
            let result = try await backup.workplace.run(
                "restore", copy.path, "--into", backup.server.text(database), "--create")
            expect(result, failsWith: 65, saying: object)
            #expect(try await backup.server.psql("SELECT 1 FROM pg_database WHERE datname = '\(database)'") == "")
        }
    }
}
