extension ArchiveError {
    /// The same, of an object whose place is told: there is a `toc.dat` in every backup.
    package func located(_ place: (_ object: String) -> String) -> ArchiveError {
        switch self {
        case .damaged(let object, let reason): .damaged(object: place(object), reason: reason)
        case .unsupportedVersion(let object, let version):
            .unsupportedVersion(object: place(object), version: version)
        case .unsupported(let object, let reason): .unsupported(object: place(object), reason: reason)
        case .newerManifest(let version, let known, let object):
            .newerManifest(formatVersion: version, known: known, object: place(object))
        case .compressorFailed, .encodingFailed: self
        }
    }
}
