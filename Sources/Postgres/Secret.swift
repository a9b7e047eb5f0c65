/// A password or passphrase that never shows in descriptions, logs or dumps of values.
package struct Secret: Hashable, Sendable {
    /// The secret itself: only for the call that needs it.
    package let value: String

    package init(_ value: String) {
        self.value = value
    }

    /// `text` without the secret, for messages of libraries that may repeat what they were given.
    ///
    /// A secret of less than three bytes is left alone: it would blot out innocent letters.
    func redacting(_ text: String) -> String {
        guard value.utf8.count >= 3 else { return text }
        return text.split(separator: value, omittingEmptySubsequences: false).joined(separator: "********")
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<secret>" }
    package var debugDescription: String { "<secret>" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
