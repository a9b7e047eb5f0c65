import JobModel

/// Holds how long a restore took to how long it may take. Pure.
///
/// Counted are definitions, data and indexes, as a real restore would make them; not the making of the scratch server, and
/// not the comparison.
struct TimeBudget: Sendable {
    static let name = "time budget"

    let budget: Duration
    let seconds: VerificationReport.Seconds

    func check() -> VerificationCheck {
        let taken = seconds.restore
        let limit = Double(budget.wholeMilliseconds) / 1_000
        return VerificationCheck(
            name: Self.name, verdict: taken <= limit ? .passed : .failed,
            expected: "restored within \(DurationText.text(budget))",
            found: "restored in \(Quantities.seconds(taken))",
            details: [
                "definitions \(Quantities.seconds(seconds.definitions)), data \(Quantities.seconds(seconds.data)), "
                    + "indexes and constraints \(Quantities.seconds(seconds.indexes)), on this machine"
            ])
    }
}

extension VerificationReport.Seconds {
    /// The recovery time that was measured: what a real restore has to do as well.
    package var restore: Double { definitions + data + indexes }
}
