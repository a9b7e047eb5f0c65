import JobModel

/// Reads a plain SQL dump as its bytes arrive, and says what is in it; however they are cut, the events are the same but
/// for the cuts between the bytes of rows.
///
/// A program as such a dump is, nothing of it is run here. Commands of psql that pg_dump does not write are a fault: one
/// of them runs a shell. Memory: one statement, at most 1 GiB, beside the bytes handed in.
package struct ScriptScanner: Sendable {
    private enum Mode {
        case sql
        /// After the semicolon of a COPY, before its rows.
        case copyLine
        case copy(CopyRows, ScriptStatement)
    }

    private var lexer = ScriptLexer()
    private var mode = Mode.sql
    private var extent = DumpExtent()
    private var pending: ScriptStatement?
    private var linesInCopies = 0

    package init() {}

    /// The line that is being read.
    private var line: Int { lexer.line + linesInCopies }

    /// Adds what the bytes hold to `events`; what stands before a fault is added.
    package mutating func scan(_ bytes: [UInt8], into events: inout [ScriptEvent]) throws(ScriptFault) {
        var position = 0
        while position < bytes.count {
            switch mode {
            case .sql: try scanSQL(bytes, &position, &events)
            case .copyLine: try scanCopyLine(bytes, &position, &events)
            case .copy(var rows, let statement):
                // The state is moved out and back, so that it is not copied.
                mode = .sql
                scanRows(&rows, statement, bytes, &position, &events)
            }
        }
    }

    /// Throws where the dump must not end here.
    package func finish() throws(ScriptFault) {
        if case .copy(let rows, let statement) = mode {
            let message = ProgramMessage.first(in: rows.lastBytes).map { ", with the message \"\($0)\"" } ?? ""
            throw fault(
                "the dump breaks off within the rows of \(Self.summary(statement.text)), after \(rows.rows) of them"
                    + message)
        }
        if let message = ProgramMessage.first(in: lexer.statement.bytes) {
            throw fault("a program has written a message into the dump: \"\(message)\"")
        }
        guard lexer.isBetweenStatements, pending == nil else {
            throw fault(
                "the dump breaks off within the statement that began in line \(lexer.statement.line + linesInCopies)")
        }
        if let reason = extent.objectionToEnd { throw fault(reason) }
    }

    // MARK: - Modes

    private mutating func scanSQL(
        _ bytes: [UInt8], _ position: inout Int, _ events: inout [ScriptEvent]
    ) throws(ScriptFault) {
        let lexeme: ScriptLexer.Lexeme?
        do {
            lexeme = try lexer.next(bytes, from: &position)
        } catch {
            throw ScriptFault(line: error.line + linesInCopies, reason: error.reason)
        }
        switch lexeme {
        case .comment(let comment):
            guard let remark = ScriptRemark(comment) else { return }
            extent.note(remark)
            events.append(.remark(remark))
        case .statement(let statement): try add(statement, &events)
        case .command(let command, let line): try add(command, line: line + linesInCopies, &events)
        case .somethingBegins:
            let isRest = bytes[position] != UInt8(ascii: "\\") && extent.hasEnded
            if isRest { throw fault("other bytes follow the end of the dump") }
        case nil: break
        }
    }

    private mutating func add(_ statement: ScriptStatement, _ events: inout [ScriptEvent]) throws(ScriptFault) {
        let statement = ScriptStatement(
            text: statement.text, line: statement.line + linesInCopies, words: statement.words, rows: statement.rows)
        if ProgramMessage.programs.contains(statement.words.first ?? ""),
            let message = ProgramMessage.first(in: statement.text.bytes)
        {
            throw ScriptFault(
                line: statement.line, reason: "a program has written a message into the dump: \"\(message)\"")
        }
        if statement.begins(with: "set", "standard_conforming_strings") {
            lexer.hasEscapingLiterals = statement.words.last == "off"
        }
        guard statement.words.first == "copy" else { return events.append(.statement(statement)) }
        guard statement.words.suffix(2) == ["from", "stdin"] else {
            throw ScriptFault(
                line: statement.line,
                reason:
                    "\(Self.summary(statement.text)) reads or writes outside of the dump; pg_dump writes no such COPY")
        }
        pending = statement
        mode = .copyLine
    }

    private mutating func add(
        _ command: ServerText, line: Int, _ events: inout [ScriptEvent]
    ) throws(ScriptFault) {
        let name = command.text.prefix { $0 != " " }
        guard ["\\connect", "\\encoding", "\\restrict", "\\unrestrict"].contains(name) else {
            throw ScriptFault(
                line: line,
                reason: "it holds the psql command \(name.prefix(40)), which pg_dump never writes and which may run a "
                    + "program; nothing from there on was run")
        }
        if extent.hasEnded, name != "\\unrestrict" {
            throw ScriptFault(line: line, reason: "other commands follow the end of the dump")
        }
        extent.note(command: name)
        events.append(.command(command, line: line))
    }

    /// Nothing may stand between the semicolon and the end of its line.
    private mutating func scanCopyLine(
        _ bytes: [UInt8], _ position: inout Int, _ events: inout [ScriptEvent]
    ) throws(ScriptFault) {
        let byte = bytes[position]
        position += 1
        guard byte == UInt8(ascii: "\n") else {
            guard byte == 13 || byte == UInt8(ascii: " ") else { throw fault("the rows of a COPY do not begin a line") }
            return
        }
        linesInCopies += 1
        guard let statement = pending else { return }
        pending = nil
        events.append(.copyBegins(statement))
        mode = .copy(CopyRows(), statement)
    }

    private mutating func scanRows(
        _ rows: inout CopyRows, _ statement: ScriptStatement, _ bytes: [UInt8], _ position: inout Int,
        _ events: inout [ScriptEvent]
    ) {
        let (data, end) = rows.take(bytes, from: position)
        if !data.isEmpty { events.append(.rows(data)) }
        position = end ?? bytes.count
        if end == nil {
            mode = .copy(rows, statement)
        } else {
            events.append(.copyEnds(rows: rows.rows))
            linesInCopies += rows.rows + 1
        }
    }

    private func fault(_ reason: String) -> ScriptFault { ScriptFault(line: currentLine, reason: reason) }

    private var currentLine: Int {
        if case .copy(let rows, _) = mode { return line + rows.rows }
        return line
    }

    /// The beginning of a statement, on one line.
    static func summary(_ text: ServerText) -> String {
        let words = text.text.prefix(200).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return words.count > 80 ? words.prefix(80) + "…" : words
    }
}
