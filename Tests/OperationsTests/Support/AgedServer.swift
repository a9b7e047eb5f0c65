import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

/// A server of a test's own whose next transaction and multixact can be moved on by `pg_resetwal` while it is stopped:
/// whatever it holds has then really aged. No prepared transaction may live on: at its start the server writes the
/// state of each transaction since.
///
/// Autovacuum comes against wraparound although it is off, so it is made to crawl: it does not leave the databases that
/// `initdb` made.
struct AgedServer {
    private let connection: ConnectionInfo
    private let home: String
    private let binFolder: String

    /// `folder` is one that other users may pass through. `vacuum_failsafe_age` is 1.7 billion.
    nonisolated(nonsending) static func with(
        _ binFolder: String, in folder: TestFolder,
        _ body: nonisolated(nonsending) (AgedServer) async throws -> Void
    ) async throws {
        let home = try folder.makeFolder("aged")
        if let user = ServerProcess.user { chown(home, user.userID, user.groupID) }
        let connection = ConnectionInfo(keywords: [
            "host": home, "port": "5432", "user": "postgres", "dbname": "postgres",
        ])
        let server = AgedServer(connection: connection, home: home, binFolder: binFolder)
        try server.run("initdb", "-D", "\(home)/data", "-A", "trust", "-U", "postgres", "--no-sync")
        try await body(server)
    }

    /// Its database of this name, which the test makes.
    var shop: ConnectionInfo { connection.with(database: "shop") }

    /// Runs the server as long as a closure, which gets a session of the superuser in the database `postgres`.
    nonisolated(nonsending) func running(_ body: nonisolated(nonsending) (Session) async throws -> Void) async throws {
        let settings = [
            "listen_addresses=", "unix_socket_directories=\(home)", "port=5432", "fsync=off", "autovacuum=off",
            "autovacuum_max_workers=1", "autovacuum_vacuum_cost_delay=100", "autovacuum_vacuum_cost_limit=1",
            "vacuum_failsafe_age=1700000000", "vacuum_multixact_failsafe_age=1700000000",
        ]
        let process = try ServerProcess.start(
            ["\(binFolder)/postgres", "-D", "\(home)/data"] + settings.flatMap { ["-c", $0] }, in: home)
        defer {
            // As pg_ctl stop -m fast.
            process.interrupt()
            process.waitUntilExit()
        }
        let (connection, home) = (connection, home)
        try await waitUntil("the server does not start in \(home)") {
            guard let session = try? await Session.open(connection, applicationName: "test") else { return false }
            await session.close()
            return true
        }
        let session = try await Session.open(connection, applicationName: "test")
        do {
            try await body(session)
            await session.close()
        } catch {
            await session.close()
            throw error
        }
    }

    /// Moves the stopped server on to about this transaction and multixact. The files of their state begin at a multiple
    /// of what one holds, and are zero where nothing happened.
    func age(to number: Int) throws {
        let transactions = number / 1_048_576 * 1_048_576
        try zeroes(in: "pg_xact/\(Self.segment(transactions / 1_048_576))")
        let multixacts = number / 65_536 * 65_536
        try zeroes(in: "pg_multixact/offsets/\(Self.segment(multixacts / 65_536))")
        try run("pg_resetwal", "-x", "\(transactions)", "-m", "\(multixacts),1", "-D", "\(home)/data")
    }

    private static func segment(_ number: Int) -> String {
        let digits = String(number, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(4 - digits.count, 0)) + digits
    }

    private func zeroes(in file: String) throws {
        let path = "\(home)/data/\(file)"
        try #require(FileManager.default.createFile(atPath: path, contents: Data(count: 8_192)))
        if let user = ServerProcess.user { chown(path, user.userID, user.groupID) }
    }

    private func run(_ program: String, _ arguments: String...) throws {
        let process = try ServerProcess.start(["\(binFolder)/\(program)"] + arguments, in: home)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(program)")
    }
}
