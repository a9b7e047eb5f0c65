import JobModel

extension DumpRecognition {
    /// Names what is no dump, as far as its first bytes tell.
    static func strange(_ head: [UInt8]) -> DumpRecognition {
        if head.isEmpty { return .noDump(what: "nothing: it is empty (0 bytes)", hint: lookElsewhere) }
        if head.allSatisfy({ $0 == 0 }) { return .noDump(what: "nothing but zeros", hint: lookElsewhere) }
        if head.starts(with: [0xff, 0xfe]) || head.starts(with: [0xfe, 0xff]) {
            return .noDump(
                what: "text in UTF-16, which no server reads",
                hint: "PowerShell's > rewrites what goes through it: dump again with pg_dump --file.")
        }
        if let message = ProgramMessage.first(in: head) {
            return .noDump(what: "not a dump but an error message: \"\(message)\"", hint: lookElsewhere)
        }
        if let known = strangers.first(where: { head.starts(with: Array($0.beginning.utf8)) }) {
            return .noDump(what: known.what, hint: known.hint)
        }
        return text(head)
    }

    private struct Stranger: Sendable {
        let beginning: String
        let what: String
        let hint: String
    }

    private static let strangers = [
        Stranger(beginning: "PK\u{3}\u{4}", what: "a zip archive", hint: "Unpack it (unzip) and name what was in it."),
        Stranger(beginning: "7z\u{bc}", what: "a 7z archive", hint: "Unpack it (7z x) and name what was in it."),
        Stranger(beginning: "Salted__", what: "encrypted (openssl enc)", hint: "Decrypt it first."),
        Stranger(beginning: "age-encryption.org/", what: "encrypted (age)", hint: "Decrypt it first."),
        Stranger(beginning: "-----BEGIN ", what: "encrypted or armoured text", hint: "Decrypt it first."),
        Stranger(beginning: "-- MySQL dump", what: "a dump of MySQL", hint: "dbops works with PostgreSQL."),
        Stranger(beginning: "-- MariaDB dump", what: "a dump of MariaDB", hint: "dbops works with PostgreSQL."),
        Stranger(beginning: "SQLite format 3", what: "a database of SQLite", hint: "dbops works with PostgreSQL."),
    ]

    private static func text(_ head: [UInt8]) -> DumpRecognition {
        let isText = head.allSatisfy { $0 >= 32 || (9...13).contains($0) }
        guard isText else {
            let bytes = head.prefix(8).map { Hexadecimal.text(of: [$0]) }.joined(separator: " ")
            return .noDump(what: "binary data of an unknown kind, which begin with \(bytes)", hint: lookElsewhere)
        }
        let text = String(decoding: head.prefix(4_096), as: UTF8.self).drop(while: \.isWhitespace)
        let lower = text.prefix(200).lowercased()
        if ["<!doctype", "<html", "<?xml", "<error"].contains(where: lower.hasPrefix) {
            return .noDump(
                what: "a web page (HTML or XML), perhaps an error page that was saved in place of the dump",
                hint: "Open it and read what it says; then fetch the dump again.")
        }
        if text.isEmpty { return .noDump(what: "nothing but blanks", hint: lookElsewhere) }
        let line = text.prefix { !$0.isNewline }.prefix(60)
        return .noDump(
            what: "text without pg_dump's first lines (\"-- PostgreSQL database dump\"); it begins with \"\(line)\"",
            hint: "SQL that was not written by pg_dump or pg_dumpall does not say when it is complete: "
                + "it cannot be verified.")
    }
}
