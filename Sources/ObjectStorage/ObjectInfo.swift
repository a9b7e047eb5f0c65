package import Foundation

/// What a store says about an object without handing out its bytes.
package struct ObjectInfo: Hashable, Sendable {
    package let key: ObjectKey
    package let sizeInBytes: Int64
    /// By the store's clock.
    package let modifiedAt: Date

    package init(key: ObjectKey, sizeInBytes: Int64, modifiedAt: Date) {
        self.key = key
        self.sizeInBytes = sizeInBytes
        self.modifiedAt = modifiedAt
    }
}

/// What was written: an object's size and the SHA-256 of all its bytes, in hexadecimal digits.
package struct StoredObject: Hashable, Sendable {
    package let key: ObjectKey
    package let sizeInBytes: Int64
    package let sha256: String

    package init(key: ObjectKey, sizeInBytes: Int64, sha256: String) {
        self.key = key
        self.sizeInBytes = sizeInBytes
        self.sha256 = sha256
    }
}

/// An object in the making that nobody has committed or discarded.
package struct UnfinishedUpload: Hashable, Sendable {
    /// The object that it would become.
    package let key: ObjectKey
    /// The store's own name for it.
    package let id: String
    /// When it was begun, in a bucket, or last written to, in a directory. By the store's clock.
    package let touchedAt: Date

    package init(key: ObjectKey, id: String, touchedAt: Date) {
        self.key = key
        self.id = id
        self.touchedAt = touchedAt
    }
}
