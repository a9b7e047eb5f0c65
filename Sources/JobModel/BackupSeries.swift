/// Backups that are counted together: by retention, by weight, by "the newest".
///
/// Its text is what stands as `job` in manifests and in commands:
/// ```
/// nightly          a job
/// nightly/shop     one database of a job that backs up several
/// shop             a database that was backed up without a job; `/` and `%` in its name are written %2F and %25
/// ```
/// So no two databases ever share a text, whatever they are called: a job's name holds no slash, and what follows the
/// first slash is the database's name as it is. Two texts are equal where their bytes are: to a server, two ways to
/// write an é are two databases.
package struct BackupSeries: Hashable, Sendable {
    package let text: String

    package static func == (left: BackupSeries, right: BackupSeries) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }

    /// Reads a text. Every text is one.
    package init(_ text: String) {
        self.text = text
    }

    /// One database of a job that backs up several.
    package init(job: String, database: String) {
        text = "\(job)/\(database)"
    }

    /// A database that is backed up without a job.
    package init(withoutJob database: String) {
        // By scalars: a slash that bears an accent is a slash.
        text = database.unicodeScalars.reduce(into: "") { text, scalar in
            switch scalar {
            case "%": text += "%25"
            case "/": text += "%2F"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }

    /// The job's part; all of the text where it is no database of a job.
    package var job: String { parts?.job ?? text }
    /// The database of a job that backs up several, else nil.
    package var database: String? { parts?.database }

    /// The folder below a store's root: one segment. Only a database of a job has an equals sign in it.
    package var folder: String {
        guard let parts else { return BackupName.encoded(text) }
        return "\(BackupName.encoded(parts.job))=\(BackupName.encoded(parts.database))"
    }

    /// Nil where `folder` is none that ``folder`` writes.
    package init?(folder: String) {
        let segments = folder.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let texts = segments.compactMap { BackupName.decoded(String($0)) }
        guard texts.count == segments.count else { return nil }
        text = texts.joined(separator: "/")
        guard self.folder == folder else { return nil }
    }

    private var parts: (job: String, database: String)? {
        guard let slash = text.utf8.firstIndex(of: UInt8(ascii: "/")) else { return nil }
        let (job, database) = (text[..<slash], text[text.utf8.index(after: slash)...])
        return job.isEmpty || database.isEmpty ? nil : (String(job), String(database))
    }
}
