import JobModel

/// What else must hold for a row to be deleted: one expression of SQL over the table's own columns.
///
/// It is read word by word, so that it cannot end the place where it is put: no second statement, no subquery, no
/// comment, no parenthesis that it did not open. What it means is the server's to judge.
package struct CleanCondition: Sendable, Equatable {
    /// As it was given.
    package let text: String
    /// The names that stand before a parenthesis: functions, and words such as `in`. As the catalogue writes them.
    package let calledNames: [String]

    /// Throws ``CleanError/condition(_:reason:)``.
    package init(parsing text: String) throws(CleanError) {
        var scanner = ConditionScanner(text)
        do throws(ConditionScanner.Fault) {
            try scanner.scan()
        } catch {
            throw CleanError.condition(text, reason: error.reason)
        }
        self.text = text
        calledNames = scanner.calledNames
    }
}
