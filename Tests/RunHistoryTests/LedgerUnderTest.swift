import JobModel
import TestSupport
import Testing

/// The ledgers that the contract is tried on.
enum LedgerUnderTest: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case memory

    static var available: [LedgerUnderTest] { allCases }

    var testDescription: String { rawValue }

    /// An empty ledger, removed afterwards.
    func withLedger(_ body: (any RunLedger) async throws -> Void) async throws {
        switch self {
        case .memory: try await body(MemoryLedger())
        }
    }
}

extension RunLedger {
    /// Claims one run; whether it was had.
    func claim(_ run: Run) async throws -> Bool {
        try await claim([run]) == [run.id]
    }

    /// Every run, newest first.
    func allRuns() async throws -> [Run] {
        var query = RunQuery()
        query.limit = 1_000_000
        return try await runs(query)
    }

    func allRuns(_ change: (inout RunQuery) -> Void) async throws -> [Run] {
        var query = RunQuery()
        change(&query)
        return try await runs(query)
    }
}
