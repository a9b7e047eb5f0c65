package import JobModel

/// PostgreSQL's five characters for the kind of an error. Source: PostgreSQL manual, Appendix A "PostgreSQL Error
/// Codes".
package struct SQLState: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ code: String) {
        description = code
    }

    /// The first two characters.
    package var errorClass: String { String(description.prefix(2)) }

    package static let queryCanceled = SQLState("57014")
    package static let lockNotAvailable = SQLState("55P03")
    package static let insufficientPrivilege = SQLState("42501")
    package static let undefinedTable = SQLState("42P01")
    package static let duplicateDatabase = SQLState("42P04")
    package static let duplicateObject = SQLState("42710")
    package static let outOfMemory = SQLState("53200")
    package static let tooManyConnections = SQLState("53300")
    package static let invalidPassword = SQLState("28P01")
    package static let invalidAuthorization = SQLState("28000")
    package static let invalidCatalogName = SQLState("3D000")
    package static let featureNotSupported = SQLState("0A000")

    /// What an operator can do about a failed statement.
    package var category: FailureCategory {
        switch description {
        case "55P03", "40001", "40P01", "53300", "53400", "55006", "57P03": .tryLater
        case "42501": .permission
        case "53100", "25006", "58030": .cannotWrite
        default:
            switch errorClass {
            case "28": .permission
            case "08": .unavailable
            case "3D": .unavailable
            case "XX": isDamage ? .damaged : .failed
            default: .failed
            }
        }
    }

    /// `data_corrupted` and `index_corrupted`.
    package var isDamage: Bool { description == "XX001" || description == "XX002" }
}
