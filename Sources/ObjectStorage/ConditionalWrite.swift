package import Foundation

/// Which of the objects that a key has held is meant: another write makes another version. Opaque.
package struct ObjectVersion: Hashable, Sendable {
    /// For S3 the ETag with its quotes, for a directory a digest of the bytes.
    let text: String

    init(_ text: String) {
        self.text = text
    }
}

/// A small object as it stands: its bytes and the version that a conditional write can name.
package struct CurrentObject: Hashable, Sendable {
    package let bytes: [UInt8]
    package let version: ObjectVersion
    /// By the store's clock.
    package let modifiedAt: Date

    /// Larger objects are not read this way.
    static let limitInBytes = 64 << 10
}

/// What must be so at the moment of a write.
package enum WriteCondition: Hashable, Sendable {
    /// There is no such object.
    case absent
    /// The object is still this one.
    case unchanged(ObjectVersion)
}

/// How a conditional write ended.
package enum ConditionalWrite: Hashable, Sendable {
    case written(ObjectVersion)
    /// It was not as the condition says; nothing was changed.
    case refused
    /// The store knows no conditions; nothing was changed.
    case unsupported
}
