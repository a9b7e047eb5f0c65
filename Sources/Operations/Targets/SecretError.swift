import Foundation
package import JobModel

/// Why a secret could not be had. Names where it should be, never what it is.
package enum SecretError: UserFacingError, Equatable {
    /// The variable is not set.
    case notSet(SecretReference)
    case empty(SecretReference)
    case missing(SecretReference)
    /// The user that dbops runs as may not read it.
    case denied(SecretReference)
    case unreadable(SecretReference, reason: String)

    static func unreadable(_ reference: SecretReference, errno code: Int32) -> SecretError {
        switch code {
        case ENOENT, ENOTDIR: .missing(reference)
        case EACCES, EPERM: .denied(reference)
        default: .unreadable(reference, reason: String(cString: strerror(code)))
        }
    }

    package var message: String {
        switch self {
        case .notSet(let reference): "the secret of \(reference.displayText) is missing: the variable is not set"
        case .empty(let reference): "the secret of \(reference.displayText) is empty"
        case .missing(let reference): "the secret of \(reference.displayText) is missing: there is no such file"
        case .denied(let reference): "the secret of \(reference.displayText) cannot be read: permission denied"
        case .unreadable(let reference, let reason):
            "the secret of \(reference.displayText) cannot be read: \(reason)"
        }
    }

    package var hint: String? {
        switch self {
        case .notSet(let reference): "Set \(reference.name) in the environment of dbops."
        case .empty(let reference): "Put the secret into \(reference.displayText)."
        case .missing(let reference): "Put the secret into the first line of \(reference.name), readable by dbops only."
        case .denied: "Make the user that dbops runs as the file's owner."
        case .unreadable: nil
        }
    }

    package var category: FailureCategory {
        switch self {
        case .denied: .permission
        case .notSet, .empty, .missing, .unreadable: .configuration
        }
    }
}

extension SecretReference {
    /// The file's path or the variable's name.
    package var name: String {
        switch self {
        case .file(let path): path
        case .environment(let name): name
        }
    }

    /// `the file /run/secrets/shop`, `the variable SHOP_PASSWORD`
    package var displayText: String {
        switch self {
        case .file(let path): "the file \(path)"
        case .environment(let name): "the variable \(name)"
        }
    }
}
