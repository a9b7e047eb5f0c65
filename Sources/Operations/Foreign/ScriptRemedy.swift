import Archive
import Foundation
import JobModel
import Postgres

/// What is done when a server refuses a statement of a foreign dump. Pure.
enum ScriptRemedy: Equatable {
    /// The dump names a role that it does not make.
    case standInRole(ServerText)
    /// The dump holds things of a schema that it does not make, as with `--table`.
    case standInSchema(ServerText)
    /// Says nothing against the dump; the words, where there are any, are for the report.
    case passOver(String?)
    case runInstead(ServerText, note: String)
    /// This server lacks what the dump needs.
    case unavailable(thing: String, hint: String)
    case fail

    static func of(_ failure: StatementFailure, _ statement: ScriptStatement, isThrowAway: Bool) -> ScriptRemedy {
        let state = failure.sqlState.description
        let words = statement.words
        // A dump made with --clean drops what is not there yet.
        let isDrop =
            words.first == "drop" || words.first == "alter" && words.contains("drop")
            || words.starts(with: ["select", "pg_catalog", "lo_unlink"])
        if isDrop, isThrowAway || state.hasPrefix("42") || state == "3F000" { return .passOver(nil) }
        if let remedy = ofMissing(failure, statement, isThrowAway: isThrowAway) { return remedy }
        switch (words.first, words.dropFirst().first, state) {
        case ("create", "role", "42710"), ("create", "database", "42P04"), ("create", "schema", "42P06"):
            return .passOver(nil)
        case ("alter", "role", _) where words.contains("set"), ("alter", "database", _) where words.contains("set"):
            return .passOver("a setting was refused here: \(failure.message)")
        case ("comment", "on", "42501"), ("comment", "on", "3D000"):
            return .passOver("a comment was refused here: \(failure.message)")
        case ("create", "database", _): return ofDatabase(failure, statement)
        default: return .fail
        }
    }

    private static func ofMissing(
        _ failure: StatementFailure, _ statement: ScriptStatement, isThrowAway: Bool
    ) -> ScriptRemedy? {
        let name = quotedName(in: failure.message)
        switch failure.sqlState.description {
        case "42704" where failure.message.hasPrefix("role \""):
            guard let name else { return nil }
            return isThrowAway
                ? .standInRole(name)
                : .unavailable(thing: "the role \(name)", hint: "Make it there, or leave out --on.")
        case "3F000":
            return name.map { .standInSchema($0) }
        case "0A000", "58P01", "55000", "22023":
            guard statement.begins(with: "create", "extension") || failure.message.contains("could not access file")
            else { return nil }
            return .unavailable(
                thing: "what the dump needs: \(failure.message)",
                hint: "Install the extension's package for the PostgreSQL that is used here, or name a server that has "
                    + "it: --on URL.")
        default: return nil
        }
    }

    /// A locale that this machine lacks.
    private static func ofDatabase(_ failure: StatementFailure, _ statement: ScriptStatement) -> ScriptRemedy {
        guard ["22023", "42809", "0A000", "42704"].contains(failure.sqlState.description) else { return .fail }
        let words = statement.text.text.components(separatedBy: " WITH ")
        guard words.count == 2, words[1] != safeOptions else { return .fail }
        return .runInstead(
            ServerText("\(words[0]) WITH \(safeOptions)"),
            note: "a database was made with the locale C.UTF-8, because of: \(failure.message)")
    }

    private static let safeOptions =
        "TEMPLATE = template0 ENCODING = 'UTF8' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8'"

    /// What stands between the first and the last quote of a server's message.
    private static func quotedName(in message: String) -> ServerText? {
        guard let first = message.firstIndex(of: "\""), let last = message.lastIndex(of: "\""), first < last else {
            return nil
        }
        return ServerText(String(message[message.index(after: first)..<last]))
    }
}
