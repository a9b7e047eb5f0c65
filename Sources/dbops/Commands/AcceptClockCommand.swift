import ArgumentParser
import Foundation
import JobModel
import Operations

/// `dbops accept-clock`
struct AcceptClockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept-clock", abstract: "Believe this machine's clock, after a wrong one was put on record.",
        discussion: """
            A clock that was ahead by more than a day leaves a history that ends in the
            future; the daemon then starts nothing until that day comes. When the clock is
            right again, this command takes back the records of instants that have not come
            and lets every job go on from now. No instant runs twice: runs that were started
            keep their record. A daemon that runs goes on by itself within 15 seconds. The
            command is put on record: see dbops runs "(clock)".

            EXAMPLES
              date -u; dbops accept-clock --dry-run
              dbops accept-clock
            """)

    @Flag(help: "Print what lies ahead of the clock, and change nothing.")
    var dryRun = false

    @OptionGroup(title: "History") var history: HistoryOptions
    @OptionGroup(title: "Output") var global: GlobalOptions

    func run() async throws {
        let assembly = Assembly(global)
        try await assembly.reportingFailure {
            let place = try history.place(assembly)
            // Where there is no history none is made.
            let reader = try await assembly.historyForReading(place)
            let now = CivilTime(SystemWallClock().now)
            guard now >= Version.madeAt else { throw ClockTooOldError(now: now) }
            let seen = try await ClockAcceptance(ledger: reader, now: now).look()
            await reader.close()
            guard !dryRun else { return try print(seen) }
            let ledger = try await assembly.history(place)
            let done = try await ClockAcceptance(ledger: ledger, now: now)
                .accept(as: assembly.newRunID(), host: assembly.identity.description)
            await ledger.close()
            try print(done)
        }
    }

    private func print(_ findings: ClockAcceptance.Findings) throws {
        if global.json { return try JSONLine.print(findings) }
        guard !findings.isEmpty else {
            return Swift.print(
                "Nothing on record lies ahead of the clock, which says \(findings.now.text)"
                    + (dryRun ? "." : "; that it is right is on record now."))
        }
        Swift.print("The clock says \(findings.now.text); the accounts reach to \(findings.latest?.text ?? "nowhere").")
        Swift.print(
            "\(dryRun ? "Would set" : "Set") the accounts of \(findings.jobs.count) jobs back, and "
                + "\(dryRun ? "take" : "took") back \(findings.recordsTakenBack) records of instants that have not come."
        )
        if findings.runsKept > 0 {
            Swift.print("\(findings.runsKept) runs of such instants were started; they keep their record.")
        }
    }
}

/// No history can make this clock right.
struct ClockTooOldError: UserFacingError {
    let now: CivilTime
    var message: String { "the clock says \(now.text), which is before this dbops was made" }
    var hint: String? { "Set the clock of this machine right (NTP), then run it again." }
    var category: FailureCategory { .configuration }
}
