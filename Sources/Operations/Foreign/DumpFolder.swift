import Archive
import Foundation
import JobModel
import ObjectStorage
import Postgres

/// The folder of a `pg_dump -Fd`.
struct DumpFolder: Sendable {
    let dump: ForeignDump
    let context: OperationContext

    private static let contentsLimitInBytes = 1 << 30
    /// What pg_dump adds to the names of files that it compresses.
    private static let suffixes = ["", ".gz", ".lz4", ".zst"]

    func contents() async throws -> TableOfContents {
        let key = dump.key.appending(TableOfContents.objectName)
        let bytes = try await dump.store.read(key, limitInBytes: Self.contentsLimitInBytes)
        return try TableOfContents(parsing: bytes, object: "\(TableOfContents.objectName) in \(dump.name)")
    }

    /// A file for each entry with data must be there.
    func checkMembers(_ contents: TableOfContents) async throws {
        let prefix = dump.key.description.count + 1
        let names = Set(try await dump.store.list(under: dump.key).map { String($0.key.description.dropFirst(prefix)) })
        let missing = contents.entries.filter(\.hadDumper).filter { entry in
            !Self.suffixes.contains { suffix in entry.fileName.map { names.contains($0 + suffix) } ?? false }
        }
        guard let first = missing.first else { return }
        let others = missing.count > 1 ? " and \(missing.count - 1) more" : ""
        throw ArchiveError.damaged(
            object: dump.name,
            reason: "it lacks the file \(first.fileName ?? "") with the data of \(first.desc) \(first.qualifiedName)"
                + others)
    }

    /// pg_restore opens the files by their names: what is in S3 is fetched for it first.
    func withPath<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        if case .directory(let path) = dump.store.location { return try await body("\(path)/\(dump.key)") }
        let objects = try await dump.store.list(under: dump.key)
        let size = objects.reduce(0) { $0 + Int($1.sizeInBytes) }
        context.reporter.report(
            .note(
                "fetching \(objects.count) files (\(Quantities.bytes(size))) to \(context.temporaryDirectory): "
                    + "pg_restore reads a directory archive from disk only"))
        return try await PrivateDirectory.with(in: context.temporaryDirectory, runID: context.runID) { directory in
            for object in objects { try await fetch(object.key, to: directory) }
            return try await body(directory)
        }
    }

    /// Only the files of the folder itself: pg_dump makes no others.
    private func fetch(_ key: ObjectKey, to directory: String) async throws {
        let name = String(key.description.dropFirst(dump.key.description.count + 1))
        guard !name.contains("/") else { return }
        let path = "\(directory)/\(name)"
        try PrivateDirectory.write([], to: path)
        guard let file = FileHandle(forWritingAtPath: path) else { throw OperationError.scratchFile(path: path) }
        defer { try? file.close() }
        let reader = try await dump.store.reader(for: key, range: nil)
        while let bytes = try await reader.next() {
            do { try file.write(contentsOf: bytes) } catch { throw OperationError.scratchFile(path: path) }
        }
    }
}
