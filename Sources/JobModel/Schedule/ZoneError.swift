/// A time zone that cannot be used.
package enum ZoneError: UserFacingError, Equatable {
    /// No name of a place, but an abbreviation, an offset or a path.
    case notAPlace(name: String)
    /// There is no such zone; `nearest` are names like it.
    case unknown(name: String, nearest: [String])
    /// The machine has no zone files.
    case noZoneFiles(directory: String, name: String)
    case damaged(name: String, reason: String)

    package var message: String {
        switch self {
        case .notAPlace(let name): "\"\(name)\" is not the IANA name of a time zone"
        case .unknown(let name, _): "there is no time zone \"\(name)\""
        case .noZoneFiles(let directory, let name):
            "the time zone \(name) cannot be read: there are no zone files in \(directory)"
        case .damaged(let name, let reason): "the file of the time zone \(name) cannot be used: \(reason)"
        }
    }

    package var hint: String? {
        switch self {
        case .notAPlace:
            "Name a place whose clocks are meant, such as Europe/Berlin or America/New_York, or UTC; "
                + "abbreviations are ambiguous, and offsets know no daylight saving."
        case .unknown(let name, let nearest) where nearest.isEmpty:
            "Names are listed in /usr/share/zoneinfo/tzdata.zi; if \(name) is a new one, update the package tzdata."
        case .unknown(_, let nearest): "Did you mean \(nearest.joined(separator: " or "))?"
        case .noZoneFiles: "Install the package tzdata."
        case .damaged: "Install the package tzdata anew."
        }
    }

    package var category: FailureCategory {
        switch self {
        case .notAPlace, .unknown: .usage
        case .noZoneFiles, .damaged: .unavailable
        }
    }
}
