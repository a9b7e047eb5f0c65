import Foundation
import JobModel
import Operations
import Postgres
import RunHistory
import TestSupport
import Testing

/// The ledgers that the contract is tried on. PostgreSQL is there where its server programs are.
enum LedgerUnderTest: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case memory
    case sqlite = "SQLite"
    case postgres = "PostgreSQL"

    static var available: [LedgerUnderTest] {
        allCases.filter { $0 != .postgres || !ScratchCluster.binFolders.isEmpty }
    }

    var testDescription: String { rawValue }

    /// An empty ledger, removed afterwards.
    func withLedger(_ body: (any RunLedger) async throws -> Void) async throws {
        switch self {
        case .memory: try await body(MemoryLedger())
        case .sqlite:
            let folder = try TestFolder()
            let catalog = try await folder.openCatalog()
            try await body(catalog)
            await catalog.close()
        case .postgres:
            try await PostgresFixture.withDatabase { info in
                let ledger = PostgresLedger(info, for: .keeping)
                try await body(ledger)
                await ledger.close()
            }
        }
    }
}

/// Databases of the shared server.
enum PostgresFixture {
    /// A database of its own, on which everybody may connect; dropped afterwards.
    static func withDatabase(options: String = "", _ body: (ConnectionInfo) async throws -> Void) async throws {
        let cluster = try await ScratchCluster.shared()
        let name = "history_\(UInt64.random(in: 0...UInt64.max))"
        try await body(try await cluster.createDatabase(name, options: options))
        try await cluster.psql("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
    }
}

extension PostgresFixture {
    /// The same, reached through a proxy by a role that owns it.
    static func withProxy(_ body: (ConnectionInfo, FaultProxy) async throws -> Void) async throws {
        let cluster = try await ScratchCluster.shared()
        let tcp = try #require(cluster.tcpConnectionInfo)
        let proxy = try FaultProxy(upstreamPort: try #require(tcp.keywords["port"].flatMap { Int($0) }))
        defer { proxy.stop() }
        try await withDatabase(options: "OWNER app") { info in
            try await body(tcp.with(database: info.database ?? "").with("port", "\(proxy.port)"), proxy)
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
        try await allRuns { $0.limit = 1_000_000 }
    }

    func allRuns(_ change: (inout RunQuery) -> Void) async throws -> [Run] {
        var query = RunQuery()
        change(&query)
        return try await runs(query)
    }
}
