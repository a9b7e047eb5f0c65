import JobModel
import Testing

@testable import Postgres

@Suite struct ClusterBreakdownTests {
    private let lost = PostgresError.connectionLost(
        server: "socket", reason: "server closed the connection unexpectedly\n\tThis probably means")

    private func explained(
        _ error: any Error, log: [Substring] = [], freeBytes: Int? = 1 << 40
    ) -> (any UserFacingError)? {
        ClusterSite.explained(error, log: log, freeBytes: freeBytes, folder: "/scratch") as? any UserFacingError
    }

    @Test func `a full disk is named, by its folder, even where the log could not be written any more`() {
        let full =
            "the throw-away cluster broke down: its disk is full (in /scratch): the connection to socket was lost: "
            + "server closed the connection unexpectedly"
        let byLog = explained(lost, log: ["PANIC:  could not write to file: No space left on device", "LOG:  x"])
        #expect(byLog?.message == full)
        #expect(byLog?.category == .cannotWrite)
        #expect(byLog?.hint?.hasPrefix("Make room in /scratch, or name a folder on a larger disk by TMPDIR") == true)
        #expect(explained(lost, freeBytes: 1 << 20)?.message == full)
    }

    @Test func `a server that was killed is named with the signal`() {
        let error = explained(
            lost,
            log: ["2026-11-21 19:48:36.902 UTC [32] LOG:  server process (PID 40) was terminated by signal 9: Killed"])
        #expect(
            error?.message == "the throw-away cluster broke down: server process (PID 40) was terminated by signal 9: "
                + "Killed: the connection to socket was lost: server closed the connection unexpectedly")
        #expect(error?.hint?.contains("memory") == true)
    }

    @Test func `what the cluster has nothing to do with stays what it is`() {
        #expect(explained(lost, log: ["LOG:  ready"])?.message == lost.message)
        let refused = PostgresError.toolMissing(tool: "a", major: 15, package: "b", searched: [])
        #expect(explained(refused, log: ["LOG:  ready"], freeBytes: nil)?.message == refused.message)
        let usage = PostgresError.invalidConnectionString(reason: "x", hint: nil)
        #expect(explained(usage, freeBytes: 0)?.message == usage.message)
        #expect(explained(CancellationError(), freeBytes: 0) == nil)
    }

    @Test func `of what initdb says its reason is told`() {
        let words = """
            The files belonging to this database system will be owned by user "postgres".
            2026-11-21 19:48:36.902 UTC [3] FATAL:  could not extend file "base/1/2691"
            2026-11-21 19:48:36.902 UTC [3] HINT:  Check free disk space.
            Aborted
            """
        #expect(
            ClusterSite.tellingLine(of: words)
                == "FATAL:  could not extend file \"base/1/2691\"")
        #expect(ClusterSite.tellingLine(of: "only this") == "only this")
        #expect(ClusterSite.isAboutFullDisk(words))
        #expect(!ClusterSite.isAboutFullDisk("all is well"))
    }
}
