import JobModel
import Testing

@testable import Operations
@testable import Postgres

@Suite struct RaceCheckTests {
    @Test(arguments: [
        (UInt32?(100), UInt32?(7), RaceCheck.Verdict.unchanged),
        (101, 7, .changed(table: "s.t", reason: "it was truncated or rewritten")),
        (nil, 7, .changed(table: "s.t", reason: "it was truncated or rewritten")),
        (100, 8, .changed(table: "s.t", reason: "another table bears its name now")),
        (101, 8, .changed(table: "s.t", reason: "another table bears its name now")),
        (100, nil, .changed(table: "s.t", reason: "it was renamed or dropped")),
        (nil, nil, .changed(table: "s.t", reason: "it was renamed or dropped")),
    ])
    func `accepts a table only with the same file and the same name`(
        fileNow: UInt32?, oidOfName: UInt32?, verdict: RaceCheck.Verdict
    ) {
        let observation = RaceCheck.Observation(
            table: "s.t", oid: 7, fileInSnapshot: 100, fileNow: fileNow, oidOfName: oidOfName)
        #expect(RaceCheck.judge(observation) == verdict)
    }
}

@Suite struct TableLocksTests {
    @Test(arguments: [(1_000, 500), (10_000, 500), (600, 300), (1, 1), (0, 1)])
    func `waits for less time than the deadlock detector`(deadlockTimeout: Int, lockTimeout: Int) {
        #expect(TableLocks.lockTimeoutInMilliseconds(deadlockTimeoutInMilliseconds: deadlockTimeout) == lockTimeout)
    }

    @Test func `locks tables alone, without their children, by quoted names`() {
        let tables = [
            LockableTable(oid: 1, schema: "public", name: "t"),
            LockableTable(oid: 2, schema: "S \"x\"", name: ServerText(bytes: [0x66, 0xff])),
        ]
        let expected: ServerText = "LOCK TABLE ONLY \"public\".\"t\", ONLY \"S \"\"x\"\"\".\"f"
        #expect(
            TableLocks.statement(for: tables) == expected
                + ServerText(bytes: [0xff]) + "\" IN ACCESS SHARE MODE")
    }
}

@Suite struct HarvestTests {
    private let harvest = TOCHarvest.failure(standardError:status:)

    @Test(arguments: [
        (
            "pg_dump: error: query failed: ERROR:  canceling statement due to statement timeout",
            FailureCategory.tryLater
        ),
        ("pg_dump: error: query failed: ERROR:  canceling statement due to lock timeout", .tryLater),
        ("pg_dump: error: query failed: ERROR:  permission denied for table t", .permission),
        (
            "pg_dump: error: query failed: ERROR:  out of shared memory\nHINT:  You might need to increase "
                + "max_locks_per_transaction.", .unavailable
        ),
        ("pg_dump: error: no matching tables were found", .usage),
        ("pg_dump: error: no matching schemas were found for pattern \"x\"", .usage),
        (
            "pg_dump: error: query failed: ERROR:  relation \"public.t\" does not exist\n"
                + "pg_dump: detail: Query was: LOCK TABLE public.t IN ACCESS SHARE MODE", .tryLater
        ),
        ("pg_dump: error: something else", .failed),
        ("", .failed),
    ])
    func `tells by pg_dump's words what can be done`(words: String, category: FailureCategory) {
        #expect(harvest(words, "exited with status 1").category == category)
    }

    @Test func `repeats pg_dump's errors and details, without the rest`() {
        let words = """
            pg_dump: last built-in OID is 16383
            pg_dump: error: query failed: ERROR:  permission denied for table t
            pg_dump: detail: Query was: LOCK TABLE public.t IN ACCESS SHARE MODE
            """
        let message = harvest(words, "exited with status 1").message
        #expect(message.contains("permission denied for table t; pg_dump: detail: Query was"))
        #expect(!message.contains("built-in"))
        #expect(harvest("", "was killed by signal 9").message.contains("was killed by signal 9"))
        #expect(harvest("segmentation fault\n", "x").message.contains("segmentation fault"))
    }

    @Test func `asks pg_dump for a table of contents in the snapshot, and for what the filters name`() {
        let tool = ClientTool(
            name: .pgDump, path: "/nowhere/pg_dump", version: PostgresVersion(major: 15, minor: 20), environment: [:],
            temporaryDirectory: "/nowhere")
        let harvest = TOCHarvest(
            pgDump: tool, connection: ConnectionInfo(keywords: [:]), filters: ["--schema=a b"], encoding: "SQL_ASCII",
            lockWait: .zero)
        #expect(harvest.arguments(snapshot: "00-1").contains("--snapshot=00-1"))
        #expect(harvest.arguments(snapshot: nil).allSatisfy { !$0.hasPrefix("--snapshot") })
        #expect(harvest.arguments(snapshot: nil).contains("--encoding=SQL_ASCII"))
        #expect(harvest.arguments(snapshot: nil).last == "--schema=a b")
        #expect(harvest.arguments(snapshot: nil).contains("--lock-wait-timeout=1"), "nought is no limit")
    }
}

@Suite struct StartExplanationTests {
    private func refusal(_ name: ServerText, _ sqlState: SQLState) -> TableLocks.Refusal {
        TableLocks.Refusal(
            table: LockableTable(oid: 1, schema: "public", name: name),
            error: .statement(StatementFailure(sqlState: sqlState, message: "no", statement: "LOCK")))
    }

    private func explain(_ category: FailureCategory, _ refusals: [TableLocks.Refusal]) -> OperationError {
        ConsistentStart.explanation(
            of: .harvestFailed(reason: "why", category: category, hint: nil), refusals: refusals, role: "keeper",
            patience: .seconds(5))
    }

    @Test func `says which tables stood in the way where pg_dump failed on locks or privileges`() {
        let refusals = [refusal("locked", .lockNotAvailable), refusal("closed", .insufficientPrivilege)]
        #expect(explain(.tryLater, refusals) == .tablesLocked(tables: ["public.locked"], afterSeconds: 5))
        #expect(explain(.permission, refusals) == .missingPrivilege(tables: ["public.closed"], role: "keeper"))
    }

    @Test func `leaves pg_dump's own error where no refusal explains it`() {
        let refusals = [refusal("locked", .lockNotAvailable)]
        #expect(explain(.permission, refusals) == .harvestFailed(reason: "why", category: .permission, hint: nil))
        #expect(explain(.failed, refusals) == .harvestFailed(reason: "why", category: .failed, hint: nil))
        #expect(explain(.tryLater, []) == .harvestFailed(reason: "why", category: .tryLater, hint: nil))
    }
}
