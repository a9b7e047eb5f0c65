import JobModel
import Testing

@testable import JobFile

@Suite struct SQLJobTests {
    private static let head = "[jobs.a]\nkind = \"sql\"\ndatabase = \"shop\"\n"

    @Test(arguments: [
        Slip(head, #"14:1: [jobs.a] needs "sql", or "file""#),
        Slip("[jobs.a]\nkind = \"sql\"\nsql = \"SELECT 1\"", #"14:1: [jobs.a] needs "database""#),
        Slip(
            head + "sql = \"SELECT 1\"\nfile = \"a.sql\"",
            #"18:1: "sql" and "file" exclude each other: keep one of them"#),
        Slip(
            head + "sql = \"SELECT 1\"\nmode = \"batch\"",
            #"18:1: "mode" takes transaction, autocommit or batches, not "batch" (did you mean "batches"?)"#),
        Slip(
            head + "sql = \"SELECT 1\"\npause = \"1s\"\nmax_batches = 5",
            #"18:1: "pause" goes with mode = "batches""#, #"19:1: "max_batches" goes with mode = "batches""#),
        Slip(
            head + "sql = \"SELECT 1\"\nmin_rows = 5\nmax_rows = 4", #"18:1: "min_rows" is more than "max_rows""#),
        Slip(
            head + "sql = \"SELECT 1\"\non_standby = \"run\"",
            #"18:1: on_standby = "run" goes with read_only = true"#),
    ])
    func `refuses what does not fit together`(slip: Slip) {
        #expect(slip.found == slip.expected)
    }

    @Test func `reads every key`() throws {
        let text = """
            sql = "SELECT 1"
            mode = "batches"
            min_rows = 1
            max_rows = 2
            check = "SELECT true"
            read_only = true
            on_standby = "run"
            statement_timeout = "10m"
            lock_timeout = "0s"
            pause = "5s"
            max_batches = 7
            max_pause = "1h"
            """
        var job = SQLJob(database: "shop", source: .text("SELECT 1"))
        job.mode = .batches
        job.expectation.minRows = 1
        job.expectation.maxRows = 2
        job.expectation.check = "SELECT true"
        job.isReadOnly = true
        job.onStandby = .run
        job.statementTimeout = .seconds(600)
        job.lockTimeout = .zero
        job.batches.pause = .seconds(5)
        job.batches.limit = 7
        job.batches.maxPause = .seconds(3_600)
        let decoded = try Decoding.decode(Decoding.good + Self.head + text).configuration
        #expect(decoded.job(named: "a")?.kind == .sql(job))
    }

    @Test func `a file counts from the folder of the job file`() throws {
        let decoded = try Decoding.decode(Decoding.good + Self.head + "file = \"a.sql\"").configuration
        let job = SQLJob(database: "shop", source: .file("/etc/dbops/a.sql"))
        #expect(decoded.job(named: "a")?.kind == .sql(job))
    }
}
