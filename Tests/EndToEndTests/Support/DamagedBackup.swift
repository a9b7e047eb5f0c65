import Archive
import Foundation
import TestSupport
import Testing

/// A small backup with rows in several members, large objects and sequences, of which copies are damaged.
struct DamagedBackup {
    /// One way to damage a backup.
    struct Damage: Sendable {
        let name: String
        /// The exit codes that are right.
        let codes: Set<Int32>
        /// What the run must name.
        let word: String?
        let apply: @Sendable (Copy) async throws -> Void

        init(
            _ name: String, codes: Set<Int32> = [65], names word: String? = nil,
            _ apply: @escaping @Sendable (Copy) async throws -> Void
        ) {
            self.name = name
            self.codes = codes
            self.word = word
            self.apply = apply
        }
    }

    /// A copy of the backup, to be damaged.
    struct Copy: Sendable {
        let path: String
        let workplace: Workplace

        func change(_ object: String, _ body: (inout [UInt8]) throws -> Void) throws {
            let url = URL(fileURLWithPath: "\(path)/\(object)")
            var bytes = Array(try Data(contentsOf: url))
            try body(&bytes)
            try Data(bytes).write(to: url)
        }

        func remove(_ object: String) throws {
            try FileManager.default.removeItem(atPath: "\(path)/\(object)")
        }

        func swap(_ one: String, _ other: String) throws {
            try FileManager.default.moveItem(atPath: "\(path)/\(one)", toPath: "\(path)/swap")
            try FileManager.default.moveItem(atPath: "\(path)/\(other)", toPath: "\(path)/\(one)")
            try FileManager.default.moveItem(atPath: "\(path)/swap", toPath: "\(path)/\(other)")
        }

        func shell(_ commands: String) async throws {
            try await workplace.shell("cd '\(path)'; \(commands)")
        }

        /// Gives the manifest the size and the SHA-256 that an object has now, as a forger would.
        func fitManifest(to object: String) throws {
            let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(object)")))
            try change("manifest.json") { text in
                var manifest = try Manifest(decoding: text)
                let index = try #require(manifest.objects.firstIndex { $0.name == object })
                manifest.objects[index].size = bytes.count
                manifest.objects[index].sha256 = ContentDigest.sha256(of: bytes)
                text = try manifest.encode()
            }
        }
    }

    let server: TestServer
    let workplace: Workplace
    private let sample: SampleBackup

    /// Every object of the backup but the manifest.
    let dataObjects: [String]

    init() async throws {
        sample = try await ServerPool.current.backup(
            of: .init(sample: .breakable, binFolder: ScratchCluster.anyBinFolder))
        server = sample.server
        workplace = try Workplace()
        dataObjects = Workplace.files(below: sample.path).filter { $0 != "manifest.json" }
    }

    func bytes(_ object: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: "\(sample.path)/\(object)")))
    }

    func copy() throws -> Copy {
        let path = "\(workplace.folder)/\(TestServer.newName("copy"))"
        try FileManager.default.copyItem(atPath: sample.path, toPath: path)
        return Copy(path: path, workplace: workplace)
    }

    /// Damages a copy in each of these ways; its verification must fail with the right exit code and say why.
    func expectFound(_ damages: [Damage], sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try #require(!damages.isEmpty, sourceLocation: sourceLocation)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, damage) in damages.enumerated() {
                if index >= 3 { try await group.next() }
                group.addTask { try await expectFound(damage, sourceLocation: sourceLocation) }
            }
            try await group.waitForAll()
        }
    }

    private func expectFound(_ damage: Damage, sourceLocation: SourceLocation) async throws {
        let copy = try copy()
        try await damage.apply(copy)
        let result = try await workplace.run("restore", "--verify", copy.path, "--on", server.text())
        let code = try #require(result.exitCode, sourceLocation: sourceLocation)
        #expect(damage.codes.contains(code), "\(damage.name): \(result)", sourceLocation: sourceLocation)
        let isTold = result.standardError.contains("Error: ") || result.standardOutput.contains("NOT PROVEN: ")
        #expect(isTold, "\(damage.name): \(result)", sourceLocation: sourceLocation)
        if let word = damage.word {
            let text = result.standardOutput + result.standardError
            #expect(text.contains(word), "\(damage.name): \(result)", sourceLocation: sourceLocation)
        }
        try FileManager.default.removeItem(atPath: copy.path)
    }
}
