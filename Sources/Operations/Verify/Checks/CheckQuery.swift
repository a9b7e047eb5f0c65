package import JobModel

/// The text of a check's query: one statement that gives rows.
package enum CheckQuery {
    /// Why `sql` is no such text, as the rest of a sentence; nil where it is one.
    package static func complaint(about sql: String) -> String? {
        do throws(ContentCheckError) {
            _ = try statement(of: sql, check: "")
            return nil
        } catch {
            return error.reason
        }
    }

    /// As a subquery it is a query and nothing else; of many rows the second is enough.
    static func wrapped(_ statement: ServerText) -> ServerText {
        "SELECT * FROM (\(statement)\n) AS dbops_check LIMIT 2"
    }

    /// The statement without the semicolon and the comments around it.
    static func statement(of sql: String, check: String) throws(ContentCheckError) -> ServerText {
        let script: SQLScript
        do throws(SQLScriptError) {
            script = try SQLScript(ServerText(sql))
        } catch {
            throw ContentCheckError(check: check, reason: "cannot be read: \(error.reason)")
        }
        guard let first = script.statements.first else {
            throw ContentCheckError(check: check, reason: "holds no statement")
        }
        guard script.statements.count == 1 else {
            throw ContentCheckError(check: check, reason: "holds \(script.statements.count) statements in place of one")
        }
        let isParenthesized = first.text.bytes.first == UInt8(ascii: "(")
        guard isParenthesized || ["select", "with", "values", "table"].contains(first.words.first) else {
            let word = first.words.first?.uppercased() ?? "\(first.text.text.prefix(1))"
            throw ContentCheckError(check: check, reason: "begins with \(word), and a check is a SELECT")
        }
        return first.text
    }
}

/// A check whose text cannot be a query.
package struct ContentCheckError: UserFacingError, Equatable {
    let check: String
    let reason: String

    package var message: String { "the SQL of the check \"\(check)\" \(reason)" }
    package var hint: String? { "Write one SELECT that gives one row with one column." }
    package var category: FailureCategory { .configuration }
}
