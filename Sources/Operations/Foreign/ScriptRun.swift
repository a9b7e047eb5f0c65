import Archive
import JobModel
import Postgres

/// Runs a plain SQL dump over our own sessions, statement by statement: psql, and with it everything that a command of
/// psql could do, is not in it.
///
/// After the first statement that a server refuses nothing more is run, but all is read, so that a damaged file is told
/// from one that is whole and wrong. Memory: one statement, and a few MiB of rows.
final class ScriptRun {
    private(set) var findings = ScriptFindings()

    private let place: ForeignPlace
    private let context: OperationContext
    private var session: Session?
    private var tables = TableNumbers()

    init(place: ForeignPlace, context: OperationContext) {
        self.place = place
        self.context = context
    }

    /// Throws ``ScriptFault`` where the dump is not whole or holds what no dump may.
    nonisolated(nonsending) func run(_ reader: ScriptReader) async throws {
        do {
            try await connect(to: place.database.database ?? "postgres")
            while let event = try await reader.next() { try await handle(event, reader) }
        } catch {
            await session?.close()
            throw error
        }
        await session?.close()
    }

    private nonisolated(nonsending) func handle(_ event: ScriptEvent, _ reader: ScriptReader) async throws {
        switch event {
        case .remark(.entry(let entry)): findings.note(entry)
        case .remark, .rows, .copyEnds: break
        case .command(let command, let line): try await obey(command, line: line)
        case .statement(let statement):
            guard findings.refusal == nil else { return }
            try await run(statement)
        case .copyBegins(let statement): try await copy(statement, reader)
        }
    }

    // MARK: - Commands

    /// The keys of `\restrict` are for psql, and after `\encoding` the dump sets the client's encoding itself.
    private nonisolated(nonsending) func obey(_ command: ServerText, line: Int) async throws {
        guard command.text.hasPrefix("\\connect"), findings.refusal == nil else { return }
        guard place.isThrowAway else {
            throw ScriptFault(
                line: line,
                reason:
                    "it goes to another database (\\connect), which is done in a throw-away cluster only: leave out --on"
            )
        }
        guard let database = ConnectCommand.database(command) else {
            throw ScriptFault(line: line, reason: "\(command) is no \\connect of pg_dump's")
        }
        try await connect(to: database)
    }

    private nonisolated(nonsending) func connect(to database: String) async throws {
        await session?.close()
        let connection = place.server.with(database: database)
        session = try await Session.open(
            connection, applicationName: context.applicationName, startupStatements: SessionSettings.lasting)
        tables.forget()
        findings.goTo(DatabaseTally(name: database, connection: connection))
    }

    // MARK: - Statements

    private nonisolated(nonsending) func run(_ statement: ScriptStatement) async throws {
        switch ScriptRule.of(statement, isThrowAway: place.isThrowAway) {
        case .run(let text):
            if try await execute(text, statement) { try await note(statement) }
        case .leaveOut(let what): findings.note("left out: \(what)")
        case .refuse(let reason): throw ScriptFault(line: statement.line, reason: reason)
        }
    }

    /// False where it was not done.
    private nonisolated(nonsending) func execute(_ text: ServerText, _ statement: ScriptStatement) async throws -> Bool
    {
        guard let session else { return false }
        do {
            try await session.execute(text)
            return true
        } catch PostgresError.statement(let failure) where Self.isAboutStatement(failure) {
            switch ScriptRemedy.of(failure, statement, isThrowAway: place.isThrowAway) {
            case .standInRole(let role) where !findings.standIns.contains(role.text):
                try await session.execute("CREATE ROLE \(role.quotedAsIdentifier) NOLOGIN")
                findings.standIns.append(role.text)
                return try await execute(text, statement)
            case .standInSchema(let schema):
                try await session.execute("CREATE SCHEMA \(schema.quotedAsIdentifier)")
                findings.note("the dump does not make the schema \(schema); it was made for it")
                return try await execute(text, statement)
            case .passOver(let words):
                if let words { findings.note(words) }
            case .runInstead(let other, let words):
                findings.note(words)
                return try await execute(other, statement.with(other))
            case .unavailable(let thing, let hint):
                throw OperationError.missingPrerequisites([thing], hint: hint)
            case .fail where !place.isThrowAway && failure.sqlState == .insufficientPrivilege:
                throw PostgresError.statement(failure)
            case .fail, .standInRole:
                findings.refusal =
                    "line \(statement.line): \(failure.message) (SQLSTATE \(failure.sqlState), in: "
                    + "\(failure.statement))"
            }
            return false
        }
    }

    /// A server that goes down or has no room says nothing about the dump.
    private static func isAboutStatement(_ failure: StatementFailure) -> Bool {
        let ofServer = ["08", "53", "57", "XX"]
        return !ofServer.contains(failure.sqlState.errorClass)
    }

    private nonisolated(nonsending) func note(_ statement: ScriptStatement) async throws {
        findings.note(statement)
        if ["set", "select", "create", "alter", "drop"].contains(statement.words.first) { tables.forget() }
        guard statement.words.first == "insert", let target = InsertTarget.of(statement.text),
            let table = try await table(target)
        else { return }
        let rows = statement.rows ?? 0
        findings.note(rows: rows > 0 ? rows : nil, of: table)
    }

    // MARK: - Rows

    private nonisolated(nonsending) func copy(_ statement: ScriptStatement, _ reader: ScriptReader) async throws {
        guard findings.refusal == nil, let session,
            let target = try? CopyStatement(parsing: statement.text + ";\n").target
        else {
            if findings.refusal == nil {
                findings.refusal = "line \(statement.line): \(statement.text) is no COPY of pg_dump's"
            }
            return
        }
        var counted: Int?
        do {
            let reporter = context.reporter
            let stored = try await session.copyIn(statement.text) {
                switch try await reader.next() {
                case .rows(let bytes):
                    reporter.report(.moved(bytes: bytes.count))
                    return bytes
                case .copyEnds(let rows): counted = rows
                default: break
                }
                return nil
            }
            guard let table = try await table(target), let counted else { return }
            findings.note(rows: counted, of: table)
            reporter.report(.finished(item: target.text, rows: counted, bytes: 0))
            if Int(stored) != counted {
                findings.refusal = "line \(statement.line): the server took \(stored) rows of \(target), not \(counted)"
            }
        } catch PostgresError.statement(let failure) where Self.isAboutStatement(failure) {
            findings.refusal =
                "line \(statement.line): \(failure.message) (SQLSTATE \(failure.sqlState), in the rows of "
                + "\(target))"
        }
    }

    private nonisolated(nonsending) func table(_ name: ServerText) async throws -> UInt32? {
        guard let session else { return nil }
        return try await tables.number(of: name, on: session)
    }
}

extension ScriptStatement {
    fileprivate func with(_ text: ServerText) -> ScriptStatement {
        ScriptStatement(text: text, line: line, words: words, rows: rows)
    }
}
