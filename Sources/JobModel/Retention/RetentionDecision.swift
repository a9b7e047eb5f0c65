/// What becomes of one folder, and every reason for it.
package struct RetentionDecision: Sendable, Equatable {
    package enum Action: String, Sendable, Codable {
        case keep
        case delete
    }

    /// The folder's name: the backup's id, where it is a backup.
    package let name: String
    package let action: Action
    /// Never empty.
    package let reasons: [RetentionReason]

    package init(name: String, action: Action, reasons: [RetentionReason]) {
        self.name = name
        self.action = action
        self.reasons = reasons
    }
}
