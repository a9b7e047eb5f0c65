package import JobModel

/// How a copy ended.
package struct CopyReport: Sendable {
    package let name: BackupName
    /// The backup that was read.
    package let source: String
    /// The copy, as `dbops restore` takes it.
    package let url: String
    package let objectsCopied: Int
    /// Objects that were there already, whole.
    package let objectsFound: Int
    package let bytesCopied: Int
    /// Records of verifications that were copied.
    package let evidenceCopied: Int
    package let warnings: [String]
    package let seconds: Double
}

/// Why a backup cannot be copied.
package enum CopyError: UserFacingError, Equatable {
    /// The target holds another backup of the same name.
    case anotherBackup(url: String)
    /// The target is the place that the backup is read from.
    case samePlace(url: String)
    /// The backup was deleted while it was read.
    case sourceGone(url: String)

    package var message: String {
        switch self {
        case .anotherBackup(let url): "\(url) holds another backup of the same name"
        case .samePlace(let url): "\(url) is the backup itself"
        case .sourceGone(let url): "\(url) was deleted while it was copied"
        }
    }

    package var hint: String? {
        switch self {
        case .anotherBackup: "Compare the two (dbops show), or name another store."
        case .samePlace: "Name another store."
        case .sourceGone: "Copy a newer one: dbops list --store URL."
        }
    }

    package var category: FailureCategory {
        switch self {
        case .anotherBackup: .cannotWrite
        case .samePlace: .usage
        case .sourceGone: .unavailable
        }
    }
}
