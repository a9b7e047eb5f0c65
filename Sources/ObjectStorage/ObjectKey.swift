/// The name of an object below a store's root: segments with single slashes between them.
package struct ObjectKey: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let description: String

    /// Traps on a name that could leave the store: an empty, `.` or `..` segment, or a zero byte. Names come from
    /// our own code; what a user or a manifest says passes through ``init(validating:)``.
    package init(_ text: String) {
        precondition(Self.isSafe(text), "object names have no empty, . or .. segments")
        description = text
    }

    /// Nil where the name could leave the store.
    package init?(validating text: String) {
        guard Self.isSafe(text) else { return nil }
        description = text
    }

    package func appending(_ name: String) -> ObjectKey { ObjectKey("\(description)/\(name)") }

    package static func < (left: ObjectKey, right: ObjectKey) -> Bool {
        left.description.utf8.lexicographicallyPrecedes(right.description.utf8)
    }

    private static func isSafe(_ text: String) -> Bool {
        text.split(separator: "/", omittingEmptySubsequences: false)
            .allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && !$0.utf8.contains(0) }
    }
}
