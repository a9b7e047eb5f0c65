import Archive
import JobModel
import Postgres

/// What stock pg_restore makes of a table of contents.
struct ArchiveListing {
    let context: OperationContext

    /// The `TOC Entries:` line of `pg_restore --list`. (The entries themselves are four fewer: ENCODING and its like
    /// are not listed.)
    func entryCount(of contents: TableOfContents, major: Int) async throws -> Int? {
        let pgRestore = try await context.tools.client(.pgRestore, forServer: PostgresVersion(major: major, minor: 0))
        return try await PrivateDirectory.with(in: context.temporaryDirectory, runID: context.runID) { directory in
            try PrivateDirectory.write(contents.directoryForm(), to: "\(directory)/toc.dat")
            let output = try await pgRestore.runSuccessfully(["--list", ServerText(directory)])
            return Self.entryCount(inListing: String(decoding: output.standardOutput, as: UTF8.self))
        }
    }

    static func entryCount(inListing listing: String) -> Int? {
        let prefix = ";     TOC Entries: "
        let line = listing.split(separator: "\n").first { $0.hasPrefix(prefix) }
        return line.flatMap { Int($0.dropFirst(prefix.count)) }
    }
}
