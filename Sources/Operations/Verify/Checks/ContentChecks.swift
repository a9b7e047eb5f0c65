import Archive
import JobModel
import Postgres

/// Asks a restored database what its owner wants to hold there, one question after another.
struct ContentChecks: Sendable {
    let checks: [ContentCheck]
    /// The instant that ages count from; nil where nothing says it.
    let snapshot: CivilTime?
    let session: Session

    /// One for each check, in their order: an error of SQL fails its check alone. Throws where the session is lost, and on
    /// cancellation.
    func run() async throws -> [VerificationCheck] {
        var results: [VerificationCheck] = []
        for check in checks { results.append(try await run(check)) }
        return results
    }

    private func run(_ check: ContentCheck) async throws -> VerificationCheck {
        var expected = check.expectedText
        if case .freshness = check.question, let snapshot { expected += ", \(snapshot.text)" }
        func result(_ verdict: VerificationCheck.Verdict, _ found: String) -> VerificationCheck {
            VerificationCheck(name: check.name, verdict: verdict, expected: expected, found: found)
        }
        do {
            switch try await answer(to: check) {
            case .passed(let found): return result(.passed, found)
            case .failed(let found): return result(.failed, found)
            }
        } catch PostgresError.statement(let failure) where !Self.saysNothingOfTheBackup(failure) {
            return result(.failed, Self.words(for: failure, timeout: check.timeout))
        }
    }

    private enum Answer: Sendable {
        case passed(String)
        case failed(String)
    }

    /// Each in a transaction of its own, which is rolled back.
    private func answer(to check: ContentCheck) async throws -> Answer {
        try await session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        do {
            _ = try await session.query(
                "SELECT pg_catalog.set_config('statement_timeout', $1, true)",
                ["\(check.timeout.wholeMilliseconds)"])
            let answer =
                switch check.question {
                case .query(let sql, let expectation): try await ask(sql, of: check, expectation)
                case .freshness(let freshness): try await measure(freshness)
                }
            try await session.execute("ROLLBACK")
            return answer
        } catch let error as PostgresError where error.isStatementRefusal {
            try await session.execute("ROLLBACK")
            throw error
        }
    }

    /// The server ran out of something, or was told to stop.
    private static func saysNothingOfTheBackup(_ failure: StatementFailure) -> Bool {
        ["53", "58"].contains(failure.sqlState.errorClass) || failure.sqlState.description.hasPrefix("57P")
    }

    /// DETAIL and CONTEXT may hold values of rows.
    static func words(for failure: StatementFailure, timeout: Duration) -> String {
        if failure.sqlState == .queryCanceled { return "no answer within \(DurationText.text(timeout))" }
        return "an error of the server: \(failure.message) (SQLSTATE \(failure.sqlState))"
            + (failure.hint.map { ". \($0)" } ?? "")
    }

    // MARK: - Queries

    private func ask(
        _ sql: String, of check: ContentCheck, _ expectation: ContentCheck.Expectation
    ) async throws -> Answer {
        let statement = try CheckQuery.statement(of: sql, check: check.name)
        let result = try await session.query(CheckQuery.wrapped(statement))
        switch CheckAnswer.judge(result, expectation) {
        case .passed(let found): return .passed(found)
        case .failed(let found): return .failed(found)
        case .between(let value, let type, let least, let most):
            return try await compare(value, type, least, most)
        }
    }

    private func compare(
        _ value: ServerText, _ type: CheckAnswer.ServerType, _ least: ServerText?, _ most: ServerText?
    ) async throws -> Answer {
        let row = try await session.query(
            """
            SELECT coalesce($1::pg_catalog.text::\(type.sql) >= $2::pg_catalog.text::\(type.sql), true)
               AND coalesce($1::pg_catalog.text::\(type.sql) <= $3::pg_catalog.text::\(type.sql), true) AS holds
            """, [value, least, most]
        ).onlyRow()
        let found = CheckAnswer.shown(value.text)
        return try row.bool("holds") ? .passed(found) : .failed(found)
    }

    // MARK: - Freshness

    private func measure(_ freshness: ContentCheck.Freshness) async throws -> Answer {
        guard let snapshot else { return .failed("nothing that says when the dump was taken") }
        let query: FreshnessQuery
        switch try await FreshnessQuery.lookUp(freshness, on: session) {
        case .failure(let obstacle): return .failed(obstacle.text)
        case .success(let found): query = found
        }
        let row = try await session.query(
            query.sql, ["\(snapshot.secondsSinceEpoch)", "\(freshness.maxAge.components.seconds)"]
        ).onlyRow()
        guard let newest = try row.optionalText("newest") else {
            return .failed("no row that is not later than the snapshot")
        }
        let found = "the newest is of \(newest.text)" + Self.age(try row.optionalInt64("age"), query)
        return try row.bool("is_fresh") ? .passed(found) : .failed(found)
    }

    private static func age(_ seconds: Int64?, _ query: FreshnessQuery) -> String {
        guard let seconds else { return "" }
        let note = query.type != .zoned && query.zone == nil ? " if that is UTC" : ""
        return ", \(DurationText.text(.seconds(max(0, seconds)))) before the snapshot\(note)"
    }
}
