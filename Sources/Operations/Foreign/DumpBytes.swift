import Archive
import JobModel
import ObjectStorage
import Postgres
import Synchronization

/// The bytes of a dump without what they are wrapped in. Nothing comes to disk.
struct DumpBytes: Sendable {
    /// A dump that was recognised.
    struct Recognised: Sendable {
        let form: DumpForm
        let compressions: [DumpCompression]
        let facts: DumpFacts
        /// All of it, from the first byte on.
        let reader: any ObjectReader

        /// For people: `plain SQL of pg_dump, gzip`.
        var description: String { ([form.rawValue] + compressions.map(\.rawValue)).joined(separator: ", ") }
    }

    let dump: ForeignDump
    let tools: ClientTools

    /// Nobody wraps a dump more often.
    private static let mostCompressions = 2

    /// Where `body` returns before the end, the rest is left alone.
    func with<Result: Sendable>(
        _ body: @escaping @Sendable (Recognised) async throws -> Result
    ) async throws -> Result {
        if dump.isDirectory { return try await withDirectory(body) }
        return try await unwrap(try await dump.store.reader(for: dump.key, range: nil), [], body)
    }

    /// The table of contents stands for a folder.
    private func withDirectory<Result: Sendable>(
        _ body: @escaping @Sendable (Recognised) async throws -> Result
    ) async throws -> Result {
        let reader = try await dump.store.reader(for: dump.key.appending(TableOfContents.objectName), range: nil)
        let headed = try await HeadedReader(reader, headInBytes: DumpRecognition.headInBytes)
        return try await body(
            Recognised(
                form: .directory, compressions: [], facts: DumpFacts(.directory, head: headed.head), reader: headed))
    }

    private func unwrap<Result: Sendable>(
        _ reader: any ObjectReader, _ compressions: [DumpCompression],
        _ body: @escaping @Sendable (Recognised) async throws -> Result
    ) async throws -> Result {
        let headed = try await HeadedReader(reader, headInBytes: DumpRecognition.headInBytes)
        switch DumpRecognition(head: headed.head) {
        case .dump(let form):
            let facts = DumpFacts(form, head: headed.head)
            return try await body(
                Recognised(form: form, compressions: compressions, facts: facts, reader: headed))
        case .noDump(let what, let hint):
            let place = compressions.isEmpty ? dump.name : "\(dump.name), uncompressed,"
            throw ForeignDumpError.noDump(place: place, what: what, hint: hint)
        case .compressed(let compression):
            guard compressions.count < Self.mostCompressions else {
                throw ForeignDumpError.noDump(
                    place: dump.name, what: "something that is compressed three times",
                    hint: "Uncompress it and name what comes out.")
            }
            return try await uncompress(headed, compressions + [compression], body)
        }
    }

    private func uncompress<Result: Sendable>(
        _ reader: any ObjectReader, _ compressions: [DumpCompression],
        _ body: @escaping @Sendable (Recognised) async throws -> Result
    ) async throws -> Result {
        guard let compression = compressions.last, compression != .gzip else {
            return try await unwrap(try GunzipReader(reader, object: dump.name), compressions, body)
        }
        guard let program = tools.filter(compression.rawValue) else {
            throw ForeignDumpError.programMissing(name: compression.rawValue)
        }
        let isEnough = Enough()
        let (_, result) = try await Relay.run(
            produce: { send in try await run(program, reader, until: isEnough, send) },
            consume: { next in
                let result = try await unwrap(RelayReader(take: next), compressions, body)
                // A dump with a fault is not read to its end.
                isEnough.set()
                while try await next() != nil {}
                return result
            })
        return result
    }

    private func run(
        _ program: FilterProgram, _ reader: any ObjectReader, until isEnough: Enough,
        _ send: @escaping Relay.Send
    ) async throws {
        do {
            let output = try await program.run(["-dc"], from: { try await reader.next() }) { bytes in
                if isEnough.isSet { throw Enough.Reached() }
                try await send(bytes)
            }
            guard output.status.isSuccess else { throw damaged(program, output) }
        } catch is Enough.Reached {
            return
        }
    }

    private func damaged(_ program: FilterProgram, _ output: ToolOutput) -> ArchiveError {
        let words = output.standardError.split(separator: "\n").last.map(String.init) ?? output.status.description
        return .damaged(object: dump.name, reason: "it cannot be uncompressed: \(words)")
    }
}

/// Whether whoever reads has read enough.
private final class Enough: Sendable {
    struct Reached: Error {}

    private let value = Mutex(false)
    var isSet: Bool { value.withLock { $0 } }

    func set() { value.withLock { $0 = true } }
}
