/// What keeps a text from being a whole dump of pg_dump or pg_dumpall.
package struct ScriptFault: Error, Hashable, Sendable {
    /// From 1 on.
    package let line: Int
    /// Lower case, without a full stop; it can follow `line N: `.
    package let reason: String

    package init(line: Int, reason: String) {
        self.line = line
        self.reason = reason
    }

    package var message: String { "line \(line): \(reason)" }
}

/// Messages of PostgreSQL's programs that came into a dump by `2>&1`, or in place of one.
package enum ProgramMessage {
    static let programs = ["pg_dump", "pg_dumpall", "pg_restore", "psql"]

    /// The first line of `bytes` that is a message; nil where there is none.
    package static func first(in bytes: some Collection<UInt8>) -> String? {
        bytes.split(separator: UInt8(ascii: "\n")).lazy
            .filter { $0.first == UInt8(ascii: "p") }
            .map { String(decoding: $0.prefix(300), as: UTF8.self) }
            .first { line in programs.contains { line.hasPrefix("\($0): ") } }
    }
}
