/// A way on which notices reach people.
package protocol Notifier: Sendable {
    /// Sends once. Throws ``NotifierError`` or ``SecretError`` where it is not taken; whether it is worth another try
    /// is the error's to say.
    func send(_ notice: Notice) async throws
}
