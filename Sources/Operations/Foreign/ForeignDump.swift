import Archive
import JobModel
package import ObjectStorage

/// A dump that dbops has not made: a file, or the folder of `pg_dump -Fd`. What it is, its bytes say.
package struct ForeignDump: Sendable {
    let store: any ObjectStore
    let key: ObjectKey
    let isDirectory: Bool

    package var url: String { "\(store.location.url)/\(key)" }

    /// The last part of its place.
    var name: String { key.description.split(separator: "/").last.map(String.init) ?? key.description }

    /// What stands under `key`, if it is a file, or a folder with a table of contents that no run of dbops has left:
    /// else nil.
    package static func find(_ key: ObjectKey, in store: any ObjectStore) async throws -> ForeignDump? {
        func isThere(_ name: String) async throws -> Bool { try await store.info(key.appending(name)) != nil }
        if case .directory = store.location, try await store.info(key) != nil {
            return ForeignDump(store: store, key: key, isDirectory: false)
        }
        if try await isThere(Manifest.objectName) { return nil }
        if try await store.info(key) != nil { return ForeignDump(store: store, key: key, isDirectory: false) }
        guard try await isThere(TableOfContents.objectName) else { return nil }
        for own in [HeartbeatObject.name, RestoreGuide.objectName, MemberIndex.objectName] {
            if try await isThere(own) { return nil }
        }
        return ForeignDump(store: store, key: key, isDirectory: true)
    }
}

/// Why a dump cannot be read at all.
enum ForeignDumpError: UserFacingError, Equatable {
    /// What the file holds in place of a dump.
    case noDump(place: String, what: String, hint: String)
    /// A program that unpacks it is not installed.
    case programMissing(name: String)

    var message: String {
        switch self {
        case .noDump(let place, let what, _): "\(place) holds \(what)"
        case .programMissing(let name): "\(name) is not in PATH, and the dump is compressed with it"
        }
    }

    var hint: String? {
        switch self {
        case .noDump(_, _, let hint): hint
        case .programMissing(let name):
            "Install it: apt-get install \(["xz": "xz-utils"][name] ?? name)."
        }
    }

    var category: FailureCategory {
        switch self {
        case .noDump: .damaged
        case .programMissing: .unavailable
        }
    }
}
