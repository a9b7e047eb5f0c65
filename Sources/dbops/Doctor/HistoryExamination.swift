import JobModel
import Operations
import RunHistory

/// Whether the history can be read, and how the last runs went.
struct HistoryExamination {
    let assembly: Assembly
    let configuration: Configuration

    /// Throws on cancellation only.
    func findings() async throws -> [CheckFinding] {
        do {
            let ledger = try await assembly.historyForReading(configuration.daemon.state)
            do {
                let newest = try await newestRuns(in: ledger)
                await ledger.close()
                return RunsJudgment.findings(jobs: configuration.jobs, newest: newest)
            } catch {
                await ledger.close()
                throw error
            }
        } catch let error as CancellationError {
            throw error
        } catch {
            let known = error as? any UserFacingError
            // Before the first run there is none.
            return [
                CheckFinding(
                    subject: "history", level: .warning, message: known?.message ?? "\(error)", advice: known?.hint)
            ]
        }
    }

    private func newestRuns(in ledger: any RunLedger) async throws -> [String: Run] {
        var newest: [String: Run] = [:]
        for job in configuration.jobs {
            var query = RunQuery()
            query.job = job.name
            query.outcomes = Set(RunOutcome.allCases)
            query.limit = 1
            query.omitsTexts = true
            newest[job.name] = try await ledger.runs(query).first
        }
        return newest
    }
}
