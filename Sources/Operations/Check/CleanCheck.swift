import JobModel
import Postgres

/// Whether the clean-ups of a database could begin: table, column, condition, privileges, and what they would refuse.
struct CleanCheck: Sendable {
    /// A check does not count rows for long.
    private static let countTimeout = Duration.seconds(5)

    let context: OperationContext
    let subject: String
    let connection: ConnectionInfo
    let jobs: [(name: String, job: CleanJob)]

    /// Never throws but on cancellation: what fails is a finding.
    func run() async throws -> [CheckFinding] {
        var findings: [CheckFinding] = []
        for (name, job) in jobs { findings += try await check(name, job) }
        return findings
    }

    private func check(_ name: String, _ job: CleanJob) async throws -> [CheckFinding] {
        var tuning = CleanTuning()
        tuning.countTimeout = Self.countTimeout
        do {
            let plan = try await CleanOperation(context: context, connection: connection, job: job, tuning: tuning)
                .preview()
            // Whether a run would be the first one is not known here.
            let refusals = plan.refusals.filter { $0.risk != .fraction }
            guard refusals.isEmpty else {
                return refusals.map {
                    .warning(subject, "the job \(name) would refuse to run: \($0.message)", advice: $0.advice)
                }
            }
            return [.good(subject, "the job \(name) can delete from \(plan.table)")]
        } catch CleanError.privileges(let table, let role, let missing, let grants) {
            return [
                CheckFinding(
                    subject: subject, level: .fault(.permission),
                    message: "\(role) lacks \(missing.joined(separator: ", ")) on \(table), for the job \(name)",
                    advice: "Run this as the table's owner.", statements: grants)
            ]
        } catch let error as CancellationError {
            throw error
        } catch {
            let fault = CheckFinding.fault(subject, error)
            return [
                CheckFinding(
                    subject: subject, level: fault.level, message: "the job \(name): \(fault.message)",
                    advice: fault.advice, statements: fault.statements)
            ]
        }
    }
}
