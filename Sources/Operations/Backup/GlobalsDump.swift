import JobModel
import Postgres

/// What belongs to the whole server, as `pg_dumpall --globals-only` writes it.
///
/// It is read before the tables are locked, so that a server that refuses it fails the backup at once and not after
/// hours.
struct GlobalsDump: Sendable {
    struct Script: Sendable {
        /// SQL for psql.
        let text: [UInt8]
        let hasPasswordHashes: Bool
    }

    let pgDumpAll: ClientTool
    let connection: ConnectionInfo
    /// That of the archive: `SQL_ASCII` for databases whose bytes nobody can convert.
    let encoding: String
    let setting: GlobalsSetting
    let reporter: any ProgressReporter

    /// Roles are few: what is more is a fault.
    private static let limitInBytes = 64 << 20

    /// What pg_dumpall leaves to the settings of database and role. A hot standby reads nothing serializably.
    private static let sessionOptions =
        "-c default_transaction_isolation=read\\ committed -c statement_timeout=0 -c lock_timeout=0"

    /// Nil where the setting wants nothing. Hashes of passwords are left out, with a note, where the role may not read
    /// them.
    func run() async throws -> Script? {
        switch setting {
        case .none: return nil
        case .withoutPasswords: return try await script(withPasswords: false)
        case .all:
            let output = try await output(withPasswords: true)
            if output.status.isSuccess { return Script(text: output.standardOutput, hasPasswordHashes: true) }
            guard Self.isRefusalOfPasswords(output.standardError) else { throw await failure(output) }
            reporter.report(
                .note("roles are backed up without their passwords: this role may not read their hashes in pg_authid"))
            return try await script(withPasswords: false)
        }
    }

    private func script(withPasswords: Bool) async throws -> Script {
        let output = try await output(withPasswords: withPasswords)
        guard output.status.isSuccess else { throw await failure(output) }
        return Script(text: output.standardOutput, hasPasswordHashes: withPasswords)
    }

    /// Names are quoted whether they need it or not, so that a newer server, with more key words, reads them.
    private func output(withPasswords: Bool) async throws -> ToolOutput {
        var arguments: [ServerText] = [
            "--globals-only", "--no-password", "--quote-all-identifiers", "--encoding=\(encoding)",
        ]
        if !withPasswords { arguments.append("--no-role-passwords") }
        if let database = connection.database { arguments.append("--database=\(database)") }
        return try await pgDumpAll.run(
            arguments, connection: connection.with(sessionOptions: Self.sessionOptions),
            outputLimitInBytes: Self.limitInBytes)
    }

    /// pg_dumpall keeps to itself why it could not connect; who tries the same hears it.
    private func failure(_ output: ToolOutput) async -> any Error {
        guard output.standardError.contains("could not connect to database") else { return pgDumpAll.failure(output) }
        do {
            await (try Session.openForLooking(connection, applicationName: "dbops")).close()
            return pgDumpAll.failure(output)
        } catch {
            return error
        }
    }

    /// Managed servers keep pg_authid from everybody.
    private static func isRefusalOfPasswords(_ words: String) -> Bool {
        words.contains("permission denied") && words.contains("pg_authid")
    }
}
