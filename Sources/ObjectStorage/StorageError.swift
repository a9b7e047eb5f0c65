package import JobModel

/// What can go wrong between dbops and a store. `object` and `store` are names for people and hold no secrets;
/// `reason` keeps the source's own words (errno text; S3 code, message and request id).
package enum StorageError: UserFacingError, Equatable {
    /// The store, bucket or directory is missing or cannot be reached.
    case unavailable(store: String, reason: String, hint: String? = nil)
    /// The store refused our identity or the operation.
    case denied(store: String, reason: String, hint: String? = nil)
    /// Nothing says who we are.
    case noCredentials(store: String, reason: String, hint: String)
    case notFound(object: String, store: String)
    /// Read-only, disk full, quota.
    case cannotWrite(object: String, reason: String, hint: String? = nil)
    /// The object changed, shrank or answered other bytes than it should.
    case damaged(object: String, reason: String)
    case tooLarge(object: String, limitInBytes: Int)
    /// The store's settings are wrong.
    case configuration(store: String, reason: String, hint: String? = nil)
    /// The store answered what it should not have.
    case failed(object: String, reason: String, hint: String? = nil)

    package var message: String {
        switch self {
        case .unavailable(let store, let reason, _): "the store \(store) is not available: \(reason)"
        case .denied(let store, let reason, _): "the store \(store) refused access: \(reason)"
        case .noCredentials(let store, let reason, _): "there are no credentials for the store \(store): \(reason)"
        case .notFound(let object, let store): "\(object) is not in the store \(store)"
        case .cannotWrite(let object, let reason, _): "cannot write \(object): \(reason)"
        case .damaged(let object, let reason): "\(object) is damaged: \(reason)"
        case .tooLarge(let object, let limit): "\(object) is larger than the \(limit) bytes expected of it"
        case .configuration(let store, let reason, _): "the store \(store) cannot be used: \(reason)"
        case .failed(let object, let reason, _): "the store failed on \(object): \(reason)"
        }
    }

    package var hint: String? {
        switch self {
        case .unavailable(_, _, let hint), .denied(_, _, let hint), .cannotWrite(_, _, let hint),
            .configuration(_, _, let hint), .failed(_, _, let hint):
            hint
        case .noCredentials(_, _, let hint): hint
        case .notFound: "See what is there: dbops list --store URL."
        case .damaged: "Restore from another backup; dbops list shows which are verified."
        case .tooLarge: nil
        }
    }

    package var category: FailureCategory {
        switch self {
        case .unavailable, .notFound: .unavailable
        case .denied, .noCredentials: .permission
        case .cannotWrite: .cannotWrite
        case .damaged, .tooLarge: .damaged
        case .configuration: .configuration
        case .failed: .failed
        }
    }
}
