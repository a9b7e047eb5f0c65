import Archive

extension Manifest.Client {
    /// The major version of the pg_dump that wrote the archive: `15` of `15.20 (Debian …)`.
    var pgDumpMajor: Int {
        Int(pgDumpVersion.prefix { $0.isNumber }) ?? 0
    }
}
