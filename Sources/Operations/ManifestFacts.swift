package import Archive
package import JobModel

extension Manifest.Client {
    /// The major version of the pg_dump that wrote the archive: `15` of `15.20`.
    var pgDumpMajor: Int {
        Int(pgDumpVersion.prefix { $0.isNumber }) ?? 0
    }
}

extension Manifest {
    /// How much it holds, for comparison with others.
    package var size: BackupSize { BackupSize(rows: totals.rows, bytesRaw: totals.bytesRaw) }

    /// The encoding in which names and rows stand in the archive, and in which sessions must speak.
    var archiveEncoding: ServerText { ServerText(archive.encoding ?? "UTF8") }
}
