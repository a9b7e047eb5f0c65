import JobModel
import Postgres

/// When batches give way to others.
struct SQLThrottle: Sendable {
    var limits = ThrottleLimits()
    /// How often it is looked how hard the server has it. Default: 1 s.
    var pollInterval: Duration = .seconds(1)
}

/// How the batches of a run ended that did not fail.
enum SQLBatchesEnding: Equatable {
    /// No row is left.
    case done
    /// There were as many as there may be.
    case limitReached
    /// The server had it hard for too long. For people.
    case heldBack(String)
}

extension SQLSession {
    mutating func inBatches(_ statement: SQLStatement) async throws -> SQLBatchesEnding {
        var account = SQLBatchAccount(statement: statement, place: job.source.place(statement.line))
        defer {
            let effect = report.effect == .unknown ? SQLReport.Effect.unknown : .committed
            report = account.report(mode: job.mode.rawValue, warnings: report.warnings, effect: effect)
            report.pauses = gate.pauses
        }
        do {
            return try await batches(of: statement, &account)
        } catch ThrottleGate.Closed.heldBack(let reason) {
            return .heldBack(reason)
        }
    }

    private mutating func batches(
        of statement: SQLStatement, _ account: inout SQLBatchAccount
    ) async throws -> SQLBatchesEnding {
        while account.batches < job.batches.limit {
            try await gate.pass()
            let stopwatch = Stopwatch()
            guard let batch = try await tryBatch(statement, &account) else { continue }
            let rows = batch.affectedRows ?? 0
            try await finish(batch, statement, account)
            account.add(batch, seconds: stopwatch.seconds)
            if rows == 0 {
                try await requireExpectation(ofRows: account.rows)
                return .done
            }
            if account.batches.isMultiple(of: 100) {
                reporter.report(.note("\(Quantities.count(account.rows)) rows in \(account.batches) batches"))
            }
            try await Task.sleep(for: job.batches.pause ?? min(.seconds(stopwatch.seconds), .seconds(60)))
        }
        return .limitReached
    }

    /// The open transaction's result; nil where it has to be tried again.
    private mutating func tryBatch(
        _ statement: SQLStatement, _ account: inout SQLBatchAccount
    ) async throws -> ResultTable? {
        do {
            try await session.execute("BEGIN")
            let result = try await session.query(statement.text)
            account.hasSucceeded()
            return result
        } catch let error as PostgresError {
            guard error.isWorthAnotherBatch, account.mayTryAgain() else {
                throw SQLJobError.refused(error, at: account.place, mode: job.mode)
            }
            try await session.execute("ROLLBACK")
            reporter.report(.note("a batch is tried again: \(error.message)"))
            try await Task.sleep(for: .seconds(1))
            return nil
        }
    }

    /// Commits a batch that leaves all of them within `max_rows`.
    private mutating func finish(
        _ batch: ResultTable, _ statement: SQLStatement, _ account: SQLBatchAccount
    ) async throws {
        guard !batch.commandTag.hasPrefix("SELECT") else {
            throw SQLJobError.notABatch(place: account.place, reason: "a SELECT never says that no row is left")
        }
        let rows = account.rows + (batch.affectedRows ?? 0)
        if let most = job.expectation.maxRows, rows > most {
            throw SQLJobError.rows(found: rows, minimum: nil, maximum: most, isUndone: false)
        }
        try await commit(after: statement)
        takeWarnings()
    }
}

extension PostgresError {
    /// Somebody else was in the way: a batch that is tried again harms nobody.
    fileprivate var isWorthAnotherBatch: Bool {
        guard case .statement(let failure) = self else { return false }
        return ["40001", "40P01", "55P03"].contains(failure.sqlState.description)
    }
}
