import Foundation
import JobModel

/// `\connect` as pg_dump and pg_dumpall write it: `\connect shop`, or for names that are not plain
/// `\connect -reuse-previous=on "dbname='My Shop'"`. Source: `appendPsqlMetaConnect` in PostgreSQL's `string_utils.c`.
enum ConnectCommand {
    /// The database; nil where the command is written in another way.
    static func database(_ command: ServerText) -> String? {
        let prefix = "\\connect "
        let mark = "-reuse-previous=on \"dbname='"
        guard let text = command.validText, text.hasPrefix(prefix) else { return nil }
        let argument = text.dropFirst(prefix.count)
        if argument.hasPrefix(mark), argument.hasSuffix("'\"") {
            return unquoted(argument.dropFirst(mark.count).dropLast(2))
        }
        let isPlain = argument.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") }
        return isPlain && !argument.isEmpty ? String(argument) : nil
    }

    /// Quotes of psql are doubled; quotes and backslashes of the connection string have a backslash before them.
    private static func unquoted(_ text: Substring) -> String {
        var name = ""
        var isEscaped = false
        for character in text.replacingOccurrences(of: "\"\"", with: "\"") {
            if character == "\\", !isEscaped {
                isEscaped = true
            } else {
                name.append(character)
                isEscaped = false
            }
        }
        return name
    }
}
