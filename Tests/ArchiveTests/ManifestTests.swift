import Foundation
import JobModel
import Testing

@testable import Archive

@Suite struct ManifestTests {
    @Test func `reads what it writes`() throws {
        #expect(try Manifest(decoding: Manifest.example.encode()) == Manifest.example)
    }

    @Test func `writes the same bytes each time`() throws {
        let document = try Manifest.example.encode()
        for _ in 0..<5 { #expect(try Manifest.example.encode() == document) }
    }

    @Test func `writes snake case keys, its version and a checksum`() throws {
        let object = try JSONSerialization.jsonObject(with: Data(Manifest.example.encode()))
        let manifest = try #require(object as? [String: Any])
        #expect(
            manifest.keys.sorted() == [
                "archive", "backup", "checksum", "client", "collations", "database", "dbops_version", "extensions",
                "finished_at", "format_version", "invalid_indexes", "job", "large_objects", "objects", "roles",
                "run_id", "server", "snapshot", "started_at", "tables", "tables_without_data", "tablespaces",
                "totals", "unvalidated_constraints",
            ])
        #expect(manifest["format_version"] as? Int == 1)
        #expect(manifest["started_at"] as? String == "2026-11-21T02:00:00Z")
        let tables = try #require(manifest["tables"] as? [[String: Any]])
        #expect(tables.first?["digest"] as? String == "99aa06d3014798d86001c324468d497f")
        #expect(tables.first?["bytes_raw"] as? Int == 42)
    }

    @Test func `notices every byte that is flipped`() throws {
        let document = try Manifest.example.encode()
        for index in document.indices {
            for mask in [0x01, 0x20, 0x80] as [UInt8] {
                var damaged = document
                damaged[index] ^= mask
                #expect(throws: ArchiveError.self, "byte \(index)") { try Manifest(decoding: damaged) }
            }
        }
    }

    @Test func `notices a cut at every length`() throws {
        let document = try Manifest.example.encode()
        for length in 0..<document.count {
            #expect(throws: ArchiveError.self) { try Manifest(decoding: Array(document[..<length])) }
        }
    }

    @Test func `notices bytes that were added`() throws {
        let document = try Manifest.example.encode()
        #expect(throws: ArchiveError.self) { try Manifest(decoding: document + [UInt8(ascii: "\n")]) }
        #expect(throws: ArchiveError.self) { try Manifest(decoding: [UInt8(ascii: " ")] + document) }
    }

    @Test func `tells a newer manifest from a damaged one`() throws {
        let text = String(decoding: try Manifest.example.encode(), as: UTF8.self)
        let newer = text.replacingOccurrences(of: "\"format_version\" : 1", with: "\"format_version\" : 2")
        #expect(throws: ArchiveError.newerManifest(formatVersion: 2, known: 1)) {
            try Manifest(decoding: Array(newer.utf8))
        }
        #expect(ArchiveError.newerManifest(formatVersion: 2, known: 1).category == .unavailable)
        let stranger = Array("{\"format_version\": 3, \"all_else\": [\"is different\"]}".utf8)
        #expect(throws: ArchiveError.newerManifest(formatVersion: 3, known: 1)) { try Manifest(decoding: stranger) }
    }

    @Test func `reads a manifest with unknown keys where its checksum holds`() throws {
        let text = String(decoding: try Manifest.example.encode(), as: UTF8.self)
        let extended = text.replacingOccurrences(of: "\"job\" :", with: "\"colour\" : \"blue\",\n  \"job\" :")
        #expect(throws: ArchiveError.damaged(object: "manifest.json", reason: "its checksum is wrong")) {
            try Manifest(decoding: Array(extended.utf8))
        }
        #expect(try Manifest(decoding: Self.sealed(extended)) == Manifest.example)
    }

    @Test func `reads packs of large objects, and manifests from before there were any`() throws {
        var manifest = Manifest.example
        let text = String(decoding: try manifest.encode(), as: UTF8.self)
        let older = text.replacing(/,\s*"packs" : \[\s*\]/, with: "")
        #expect(older != text)
        #expect(try Manifest(decoding: Self.sealed(older)) == manifest)
        manifest.largeObjects.packs = [
            .init(file: "blobs_7.tar", count: 2, bytes: 9, digest: .zero, firstOID: 7, lastOID: 8)
        ]
        #expect(try Manifest(decoding: manifest.encode()) == manifest)
    }

    @Test func `refuses a document without a part, even with a right checksum`() throws {
        let text = String(decoding: try Manifest.example.encode(), as: UTF8.self)
        let poorer = text.replacingOccurrences(of: "\"run_id\" : \"run-1\",", with: "")
        #expect(throws: ArchiveError.self) { try Manifest(decoding: Self.sealed(poorer)) }
    }

    @Test(arguments: ["", "{}", "[]", "null", "{\"format_version\": \"1\"}", "{\"format_version\": 0}", "garbage"])
    func `takes all else for damaged`(text: String) {
        let error = #expect(throws: ArchiveError.self) { try Manifest(decoding: Array(text.utf8)) }
        #expect(error?.category == .damaged)
    }

    @Test func `keeps a text that looks like a checksum apart from the checksum`() throws {
        var manifest = Manifest.example
        manifest.job = "\"checksum\" : \"sha256:" + String(repeating: "0", count: 64)
        #expect(try Manifest(decoding: manifest.encode()) == manifest)
    }

    /// The definition of the checksum, by other means.
    private static func sealed(_ text: String) throws -> [UInt8] {
        let zeros = "sha256:" + String(repeating: "0", count: 64)
        let old = try #require(text.range(of: "sha256:[0-9a-f]{64}", options: .regularExpression))
        let unsealed = text.replacingCharacters(in: old, with: zeros)
        let digest = try Shell.run("sha256sum", input: Array(unsealed.utf8)).prefix(64)
        return Array(unsealed.replacingOccurrences(of: zeros, with: "sha256:" + digest).utf8)
    }
}
