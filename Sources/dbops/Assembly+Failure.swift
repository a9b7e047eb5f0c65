import ArgumentParser
import JobModel
import Operations

extension Assembly {
    /// Runs a command's work; a failure is told on standard error, and with `--json` as an object on standard output
    /// too, before it goes on to become the exit code.
    func reportingFailure(_ work: () async throws -> Void) async throws {
        do {
            try await work()
        } catch let code as ArgumentParser.ExitCode {
            progress.finish()
            throw code
        } catch {
            progress.finish()
            StandardError.write(ErrorRendering.text(of: error))
            if global.json { try JSONLine.print(FailureObject(error)) }
            throw error
        }
    }
}

/// A failure for machines.
private struct FailureObject: Encodable {
    let outcome: RunOutcome
    let category: FailureCategory
    let error: String
    let hint: String?
    let runbook: String?

    init(_ error: any Error) {
        let known = error as? any UserFacingError
        let isCancelled = error is CancellationError
        let complaint = (error as? ValidationError)?.message
        outcome = isCancelled ? .cancelled : .failed
        category = isCancelled ? .cancelled : complaint == nil ? known?.category ?? .defect : .usage
        self.error = known?.message ?? complaint ?? (isCancelled ? "the run was stopped" : "\(error)")
        hint = known?.hint
        runbook = known?.runbook?.path
    }
}
