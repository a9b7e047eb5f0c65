/// Why a text cannot be run as statements.
package enum SQLScriptError: Error, Equatable {
    /// A quote or a comment that begins in this line has no end.
    case unterminated(what: String, line: Int)
    /// A backslash outside of quotes: a command of psql.
    case metaCommand(line: Int)

    package var line: Int {
        switch self {
        case .unterminated(_, let line), .metaCommand(let line): line
        }
    }

    package var reason: String {
        switch self {
        case .unterminated(let what, _): "\(what) that begins here has no end"
        case .metaCommand: "a backslash begins a command of psql, which no server understands"
        }
    }
}
