import Archive
import JobModel
import ObjectStorage
import Postgres

/// A dump as the SQL that it is, or that stock pg_restore makes of it.
struct DumpScript: Sendable {
    let dump: ForeignDump
    let recognised: DumpBytes.Recognised
    /// Nil for what is SQL already.
    let pgRestore: ClientTool?
    let context: OperationContext

    /// Hands the SQL to `send`; returns the table of contents where the dump is an archive. Throws
    /// ``ArchiveError/damaged(object:reason:)`` where it is not whole.
    func produce(_ send: @escaping Relay.Send) async throws -> TableOfContents? {
        guard let pgRestore else {
            while let bytes = try await recognised.reader.next() { try await send(bytes) }
            return nil
        }
        switch recognised.form {
        case .plain, .cluster: return nil
        case .custom:
            return try await produce(CustomExtent(object: dump.name), format: "custom", pgRestore, send)
        case .tar: return try await produce(TarExtent(object: dump.name), format: "tar", pgRestore, send)
        case .directory: return try await produceFromDirectory(pgRestore, send)
        }
    }

    /// What would reach out to elsewhere, or needs folders that are not there, is left out.
    private static let arguments = ["--file=-", "--no-subscriptions", "--no-tablespaces"]

    /// pg_restore reads what comes, in its order: it needs no file.
    private func produce(
        _ extent: some ArchiveExtent, format: String, _ pgRestore: ClientTool, _ send: @escaping Relay.Send
    ) async throws -> TableOfContents? {
        let reader = ArchiveReader(recognised.reader, extent)
        let arguments = (Self.arguments + ["--format=\(format)"]).map { ServerText($0) }
        let output = try await pgRestore.filter(arguments, from: { try await reader.next() }, into: send)
        try check(output)
        return await reader.contents
    }

    private func produceFromDirectory(_ pgRestore: ClientTool, _ send: @escaping Relay.Send) async throws
        -> TableOfContents?
    {
        let folder = DumpFolder(dump: dump, context: context)
        let contents = try await folder.contents()
        try await folder.checkMembers(contents)
        return try await folder.withPath { path in
            let arguments = (Self.arguments + ["--format=directory", path]).map { ServerText($0) }
            let (_, output) = try await pgRestore.withStandardOutput(arguments) { output in
                while let bytes = try await output.next() { try await send(bytes) }
            }
            try check(output)
            return contents
        }
    }

    private func check(_ output: ToolOutput) throws {
        guard !output.status.isSuccess else { return }
        let words = StockRestore.reason(in: output.standardError)
        throw ArchiveError.damaged(
            object: dump.name,
            reason: "pg_restore cannot read it: \(words.isEmpty ? output.status.description : words)")
    }
}
