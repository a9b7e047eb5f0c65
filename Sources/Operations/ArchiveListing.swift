import Archive
import JobModel
import Postgres

/// What stock pg_restore makes of a table of contents.
struct ArchiveListing {
    let context: OperationContext

    /// The `TOC Entries:` line of `pg_restore --list`. (The entries themselves are four fewer: ENCODING and its like
    /// are not listed.)
    func entryCount(of contents: TableOfContents, major: Int) async throws -> Int? {
        let pgRestore = try context.tools.find(.pgRestore, major: major)
        return try await PrivateDirectory.with(in: context.temporaryDirectory, runID: context.runID) { directory in
            try PrivateDirectory.write(contents.directoryForm(), to: "\(directory)/toc.dat")
            let output = try await context.tools.run(pgRestore, arguments: ["--list", directory])
            return Self.entryCount(inListing: output.standardOutput)
        }
    }

    static func entryCount(inListing listing: String) -> Int? {
        let prefix = ";     TOC Entries: "
        let line = listing.split(separator: "\n").first { $0.hasPrefix(prefix) }
        return line.flatMap { Int($0.dropFirst(prefix.count)) }
    }
}
