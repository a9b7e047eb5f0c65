import JobModel
import Testing

@testable import Operations

@Suite struct SQLScriptTests {
    private func split(_ text: String) throws -> [String] {
        try SQLScript(ServerText(text)).statements.map(\.text.text)
    }

    @Test(arguments: [
        ("SELECT 1; SELECT 2", ["SELECT 1", "SELECT 2"]),
        (";; SELECT 1 ;;", ["SELECT 1"]),
        ("-- nothing\n/* at all */", []),
        ("SELECT ';', 'it''s;', ';'';';SELECT 2", ["SELECT ';', 'it''s;', ';'';'", "SELECT 2"]),
        // Only an E before the quote makes a backslash special.
        (#"SELECT 'a\'; SELECT 2"#, [#"SELECT 'a\'"#, "SELECT 2"]),
        (#"SELECT E'a\';', 1; SELECT 2"#, [#"SELECT E'a\';', 1"#, "SELECT 2"]),
        (#"SELECT E'a'';\';'; SELECT 2"#, [#"SELECT E'a'';\';'"#, "SELECT 2"]),
        ("SELECT E'a'\n'b\\';'; SELECT 2", ["SELECT E'a'\n'b\\';'", "SELECT 2"]),
        ("SELECT E'a' 'b\\'; SELECT 2", ["SELECT E'a' 'b\\'", "SELECT 2"]),
        ("SELECT te'a\\'; SELECT 2", ["SELECT te'a\\'", "SELECT 2"]),
        (#"SELECT U&'\0041;', N';', B'1', X';'; SELECT 2"#, [#"SELECT U&'\0041;', N';', B'1', X';'"#, "SELECT 2"]),
        (#"SELECT ";""; ;"; SELECT 2"#, [#"SELECT ";""; ;""#, "SELECT 2"]),
        ("DO $$BEGIN; END$$; SELECT 2", ["DO $$BEGIN; END$$", "SELECT 2"]),
        ("DO $a$ ; $b$ ; $$ $a$; SELECT 2", ["DO $a$ ; $b$ ; $$ $a$", "SELECT 2"]),
        ("SELECT a$b$;SELECT 2", ["SELECT a$b$", "SELECT 2"]),
        ("SELECT $1;SELECT $2", ["SELECT $1", "SELECT $2"]),
        ("SELECT 1 /* ; /* ; */ ; */ + 1; SELECT 2", ["SELECT 1 /* ; /* ; */ ; */ + 1", "SELECT 2"]),
        ("SELECT 1 -- ;'\n; SELECT 2", ["SELECT 1", "SELECT 2"]),
        ("SELECT 2--1;\r\n;SELECT 3*/*;*/4", ["SELECT 2", "SELECT 3*/*;*/4"]),
        (
            "CREATE RULE r AS ON UPDATE TO t DO ALSO (SELECT 1; SELECT 2); SELECT 3",
            ["CREATE RULE r AS ON UPDATE TO t DO ALSO (SELECT 1; SELECT 2)", "SELECT 3"]
        ),
        (
            "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 2 END; END; SELECT 3",
            [
                "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 2 END; END",
                "SELECT 3",
            ]
        ),
        ("BEGIN; SELECT 1; END; CREATE TABLE t ()", ["BEGIN", "SELECT 1", "END", "CREATE TABLE t ()"]),
        ("SELECT 'ä;'; SELECT ö", ["SELECT 'ä;'", "SELECT ö"]),
    ])
    func `splits at the semicolons that end a statement`(text: String, statements: [String]) throws {
        #expect(try split(text) == statements)
    }

    @Test func `knows the line where each statement begins`() throws {
        let script = try SQLScript("-- first\n\nSELECT\n1; /* \n */ SELECT 'a\n\n';\n\nSELECT 3")
        #expect(script.statements.map(\.line) == [3, 5, 9])
    }

    @Test(arguments: [
        ("SELECT 1;\n SELECT 'a\n;", SQLScriptError.unterminated(what: "a string", line: 2)),
        ("SELECT E'a\\'", .unterminated(what: "a string", line: 1)),
        ("\n\"a", .unterminated(what: "a quoted name", line: 2)),
        ("/* /* */", .unterminated(what: "a comment", line: 1)),
        ("\n\n$a$ $b$ $", .unterminated(what: "a dollar-quoted string", line: 3)),
        ("SELECT 1;\n\\d t", .metaCommand(line: 2)),
        ("SELECT 1 \\gset", .metaCommand(line: 1)),
    ])
    func `refuses what cannot be split, with its line`(text: String, error: SQLScriptError) {
        #expect(throws: error) { try SQLScript(ServerText(text)) }
    }

    private func read(_ text: String, _ mode: SQLJob.Mode) throws -> Int {
        var job = SQLJob(database: "shop", source: .text(text))
        job.mode = mode
        return try SQLScript.read(job).statements.count
    }

    @Test(arguments: [
        ("SELECT 1;\nCOMMIT", SQLJob.Mode.transaction, "sql:2: COMMIT cannot stand"),
        ("rollback", .transaction, "ROLLBACK cannot stand"),
        ("START TRANSACTION READ ONLY", .transaction, "START cannot stand"),
        ("PREPARE TRANSACTION 'a'", .transaction, "PREPARE cannot stand"),
        ("COPY t FROM STDIN", .autocommit, "sql:1: COPY"),
        ("copy (select 1) to stdout", .transaction, "sql:1: COPY"),
        ("-- nothing", .transaction, "holds no statement"),
        ("UPDATE t SET a = 1;\nUPDATE t SET b = 1", .batches, "sql:2: batches are made of one statement"),
        ("VACUUM t", .batches, "sql:1: this statement"),
        ("SELECT 'a", .transaction, "sql:1: a string that begins here has no end"),
    ])
    func `refuses what a mode cannot do, before anything is sent`(
        text: String, mode: SQLJob.Mode, words: String
    ) throws {
        let error = #expect(throws: SQLJobError.self) { _ = try read(text, mode) }
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        #expect(error?.category == .configuration)
        #expect(error?.hint?.isEmpty == false)
    }

    @Test(arguments: [
        ("SAVEPOINT a; ROLLBACK TO a; ROLLBACK WORK TO SAVEPOINT a; RELEASE a", SQLJob.Mode.transaction, 4),
        ("PREPARE p AS SELECT 1; START_TABLE", .transaction, 2), ("BEGIN; COMMIT", .autocommit, 2),
        ("COPY t FROM '/file'; SELECT stdin", .transaction, 2), ("WITH a AS (SELECT 1) DELETE FROM t", .batches, 1),
    ])
    func `leaves the rest to the server`(text: String, mode: SQLJob.Mode, count: Int) throws {
        #expect(try read(text, mode) == count)
    }

    @Test func `says which file cannot be read, and why`() async throws {
        try await TestFolder.with { folder in
            for path in ["\(folder.path)/missing.sql", folder.path] {
                let job = SQLJob(database: "shop", source: .file(path))
                let error = #expect(throws: SQLJobError.self) { _ = try SQLScript.read(job) }
                #expect(error?.message.hasPrefix("cannot read \(path): ") == true)
            }
        }
    }
}
