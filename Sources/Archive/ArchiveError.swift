package import JobModel

/// What can be wrong with the bytes of a backup. `object` is the name of the object that holds them.
package enum ArchiveError: UserFacingError, Equatable {
    /// The bytes are not what was written, or not what such an object may hold.
    case damaged(object: String, reason: String)
    /// pg_dump wrote an archive version that is not known here; known are 1.13 to 1.16.
    case unsupportedVersion(object: String, version: String)
    /// The object holds something valid that dbops does not support.
    case unsupported(object: String, reason: String)
    /// The manifest was written by a later dbops, by rules that are not known here.
    case newerManifest(formatVersion: Int, known: Int, object: String = "the manifest")
    /// A compression library refused valid work.
    case compressorFailed(engine: String, code: Int)
    /// A document of ours could not be written.
    case encodingFailed(object: String, reason: String)

    package var message: String {
        switch self {
        case .damaged(let object, let reason): "\(object) is damaged: \(reason)"
        case .unsupportedVersion(let object, let version):
            "\(object) has archive version \(version), which is not known"
        case .unsupported(let object, let reason): "\(object) is not supported: \(reason)"
        case .newerManifest(let version, let known, let object):
            "\(object) has format version \(version), newer than the \(known) that this dbops knows"
        case .compressorFailed(let engine, let code): "\(engine) refused to compress: code \(code)"
        case .encodingFailed(let object, let reason): "\(object) could not be written: \(reason)"
        }
    }

    package var hint: String? {
        switch self {
        case .damaged: "Restore from another backup; dbops list shows which are verified."
        case .unsupportedVersion: "Use a newer dbops, or a pg_dump of PostgreSQL 11 to 18."
        case .unsupported: nil
        case .newerManifest: "Use the dbops that made the backup, or a newer one."
        case .compressorFailed, .encodingFailed: "Please report this with the command that led here."
        }
    }

    package var category: FailureCategory {
        switch self {
        case .damaged: .damaged
        case .unsupportedVersion, .unsupported, .newerManifest: .unavailable
        case .compressorFailed, .encodingFailed: .defect
        }
    }
}
