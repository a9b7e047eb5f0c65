import Foundation
import JobModel

extension SQLJob.Source {
    /// `FILE` or `sql`, before a line.
    var name: String {
        switch self {
        case .text: "sql"
        case .file(let path): path
        }
    }

    func place(_ line: Int) -> String { "\(name):\(line)" }

    /// The bytes of the text, UTF-8 without a mark of order.
    fileprivate func read() throws(SQLJobError) -> ServerText {
        switch self {
        case .text(let text): return ServerText(text)
        case .file(let path):
            let file = fopen(path, "re")
            guard let file else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
            defer { fclose(file) }
            let bytes = try Self.bytes(of: file, path)
            let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
            let text = ServerText(bytes: bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...])
            guard text.validText != nil, !bytes.contains(0) else {
                throw .unreadable(path: path, reason: "it is no text in UTF-8")
            }
            return text
        }
    }

    private static func bytes(of file: UnsafeMutablePointer<FILE>, _ path: String) throws(SQLJobError) -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&piece, 1, piece.count, file)
            bytes += piece.prefix(count)
            guard count < piece.count else { continue }
            // A folder opens, and then cannot be read.
            guard ferror(file) == 0 else {
                throw .unreadable(path: path, reason: String(cString: strerror(errno)))
            }
            return bytes
        }
    }
}

/// What a job may send.
extension SQLScript {
    /// Reads the statements of a job and holds them to what its mode can do. Nothing is sent yet.
    static func read(_ job: SQLJob) throws(SQLJobError) -> SQLScript {
        let script: SQLScript
        let text = try job.source.read()
        do throws(SQLScriptError) { script = try SQLScript(text) } catch {
            throw .script(place: job.source.place(error.line), reason: error.reason)
        }
        guard let first = script.statements.first else { throw .empty(source: job.source.name) }
        for statement in script.statements { try check(statement, job) }
        if job.mode == .batches { try checkBatch(first, script, job) }
        return script
    }

    private static func check(_ statement: SQLStatement, _ job: SQLJob) throws(SQLJobError) {
        let place = job.source.place(statement.line)
        let words = statement.words
        if words.first == "copy", words.contains("stdin") || words.contains("stdout") {
            throw .copyOfClient(place: place)
        }
        guard job.mode != .autocommit, let word = controlWord(words) else { return }
        throw .transactionControl(place: place, word: word, mode: job.mode.rawValue)
    }

    /// The word by which a statement begins or ends a transaction; nil for others, savepoints among them.
    private static func controlWord(_ words: [String]) -> String? {
        switch words.first {
        case "begin"?, "commit"?, "end"?, "abort"?: words[0].uppercased()
        case "start"?, "prepare"?: words.dropFirst().first == "transaction" ? words[0].uppercased() : nil
        case "rollback"?: words.contains("to") ? nil : "ROLLBACK"
        default: nil
        }
    }

    private static func checkBatch(
        _ first: SQLStatement, _ script: SQLScript, _ job: SQLJob
    ) throws(SQLJobError) {
        if script.statements.count > 1 {
            throw .notABatch(
                place: job.source.place(script.statements[1].line), reason: "batches are made of one statement")
        }
        guard ["update", "insert", "delete", "merge", "with"].contains(first.words.first) else {
            throw .notABatch(
                place: job.source.place(first.line), reason: "this statement says nothing of the rows it touches")
        }
    }
}
