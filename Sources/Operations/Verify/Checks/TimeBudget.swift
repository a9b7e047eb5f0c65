import JobModel

/// Holds how long a restore took to how long it may take. Pure.
///
/// Counted is what a real restore has to do as well; not the making of the scratch server, and not the comparison.
struct TimeBudget: Sendable {
    /// How long a restore took.
    struct Restore: Sendable {
        let seconds: Double
        /// For people: what took how much of it.
        let phases: String
    }

    static let name = "time budget"

    let budget: Duration
    let restore: Restore

    func check() -> VerificationCheck {
        let limit = Double(budget.wholeMilliseconds) / 1_000
        return VerificationCheck(
            name: Self.name, verdict: restore.seconds <= limit ? .passed : .failed,
            expected: "restored within \(DurationText.text(budget))",
            found: "restored in \(Quantities.seconds(restore.seconds))",
            details: ["\(restore.phases), on this machine"])
    }
}

extension TimeBudget.Restore {
    /// Of a backup, whose parts are restored one after another.
    static func ofBackup(_ seconds: VerificationReport.Seconds) -> TimeBudget.Restore {
        TimeBudget.Restore(
            seconds: seconds.restore,
            phases: "definitions \(Quantities.seconds(seconds.definitions)), data \(Quantities.seconds(seconds.data)), "
                + "indexes and constraints \(Quantities.seconds(seconds.indexes))")
    }

    /// Of a dump that is run from its first statement to its last.
    static func ofForeignDump(_ seconds: VerificationReport.Seconds) -> TimeBudget.Restore {
        TimeBudget.Restore(seconds: seconds.restore, phases: "from the first statement to the last, by one session")
    }
}

extension VerificationReport.Seconds {
    /// The recovery time that was measured: what a real restore has to do as well.
    package var restore: Double { definitions + data + indexes }
}
