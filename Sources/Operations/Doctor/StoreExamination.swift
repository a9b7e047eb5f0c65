import Foundation
import JobModel
import ObjectStorage

/// What a check of a store does not look at: its clock, its room, what killed runs left there.
struct StoreExamination: Sendable {
    let context: OperationContext
    let subject: String
    let store: any ObjectStore
    /// The backup jobs that write there.
    let jobs: [String]

    /// As a prune would.
    private static let abandonedAfter = Duration.seconds(86_400)
    private static let leastFreeBytes = 1 << 30

    /// Never throws but on cancellation. A store that does not work is told by the check.
    func run() async throws -> [CheckFinding] {
        do {
            var findings = [try await clock()]
            if case .directory(let path) = store.location, let disk = Disk(path: path) {
                findings += Self.room(subject, free: disk.freeBytes, total: disk.totalBytes)
            }
            for job in jobs { findings += try await leftovers(of: job) }
            return findings
        } catch let error as CancellationError {
            throw error
        } catch {
            return []
        }
    }

    private func clock() async throws -> CheckFinding {
        let before = context.clock.now.timeIntervalSince1970
        let there = try await StoreClock(store: store).now(beside: ObjectKey("dbops-check-\(context.runID)"))
        // Stores date their objects to the second.
        return ClockJudgment.finding(
            subject, there: there.timeIntervalSince1970, before: before - 1,
            after: context.clock.now.timeIntervalSince1970)
    }

    static func room(_ subject: String, free: Int, total: Int) -> [CheckFinding] {
        let words = "\(Quantities.bytes(free)) of \(Quantities.bytes(total)) are free"
        guard free < leastFreeBytes || free < total / 20 else { return [.good(subject, words)] }
        return [.warning(subject, "only \(words)", advice: "Keep fewer backups (retention), or name a larger disk.")]
    }

    private func leftovers(of job: String) async throws -> [CheckFinding] {
        let inventory = try await JobInventoryReader(store: store, job: job, newest: 0).read()
        var plan = PrunePlan(store: store.location.url, job: job)
        PruneSweep(inventory: inventory, abandonedAfter: Self.abandonedAfter).add(to: &plan)
        return Self.leftovers(subject, job: job, broken: plan.sweeps.count, uploads: plan.uploads.count)
    }

    static func leftovers(_ subject: String, job: String, broken: Int, uploads: Int) -> [CheckFinding] {
        let parts = [
            broken > 0 ? "\(broken) backup\(broken == 1 ? "" : "s") that broke off" : nil,
            uploads > 0 ? "\(uploads) unfinished upload\(uploads == 1 ? "" : "s")" : nil,
        ].compactMap { $0 }
        guard !parts.isEmpty else { return [] }
        return [
            .warning(
                subject, "the job \(job) has left \(parts.joined(separator: " and ")) there",
                advice: "Run: dbops prune \(job). A job of kind prune does it by itself.")
        ]
    }
}
