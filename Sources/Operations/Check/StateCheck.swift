import Foundation
import JobModel
import Postgres

/// Whether the history can be kept where the job file says. Makes none.
struct StateCheck: Sendable {
    let context: OperationContext
    let place: DaemonSettings.State
    let targets: TargetOpener

    private static let subject = "state"

    /// Never throws but on cancellation: what fails is a finding.
    func run() async throws -> [CheckFinding] {
        do {
            switch place {
            case .directory(let path): return [look(at: path)]
            case .postgres(let url, let password):
                return [try await look(at: try targets.connection(url, password: password))]
            }
        } catch let error as CancellationError {
            throw error
        } catch {
            return [.fault(Self.subject, error)]
        }
    }

    // MARK: - A directory

    private func look(at directory: String) -> CheckFinding {
        let exists = access(directory, F_OK) == 0
        if let reason = obstacle(in: Self.nearestThere(to: directory)) {
            return .warning(
                Self.subject, "the history cannot be written in \(directory): \(reason)",
                advice: "Make the user that dbops runs as the owner of \(directory), or name another place as state in "
                    + "[daemon]. Jobs run without a history, but no daemon starts there.")
        }
        return .good(Self.subject, "\(directory) can be written\(exists ? "" : ", and will be made")")
    }

    /// The first run makes what is missing of the path.
    private static func nearestThere(to path: String) -> String {
        var path = path
        while access(path, F_OK) != 0, path.count > 1 {
            path = (path as NSString).deletingLastPathComponent
        }
        return path.isEmpty ? "." : path
    }

    /// Why no file can be made there; nil where one can.
    private func obstacle(in directory: String) -> String? {
        let probe = "\(directory)/.dbops-check-\(context.runID)"
        let descriptor = open(probe, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return String(cString: strerror(errno)) }
        defer {
            close(descriptor)
            unlink(probe)
        }
        return write(descriptor, "dbops", 5) == 5 ? nil : String(cString: strerror(errno))
    }

    // MARK: - A database

    private func look(at info: ConnectionInfo) async throws -> CheckFinding {
        let session = try await Session.openForLooking(info, applicationName: context.applicationName)
        do {
            let finding = try await look(session)
            await session.close()
            return finding
        } catch {
            await session.close()
            throw error
        }
    }

    private func look(_ session: Session) async throws -> CheckFinding {
        let row = try await session.query(
            """
            SELECT pg_catalog.pg_is_in_recovery() AS standby,
                EXISTS (SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = 'dbops') AS there,
                pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS may_make
            """
        ).onlyRow()
        let (server, role) = (session.server.displayText, session.server.user)
        if try row.bool("standby") {
            return CheckFinding(
                subject: Self.subject, level: .fault(.configuration),
                message: "\(server) is a standby: the history cannot be written there",
                advice: "Name the primary as state in [daemon].")
        }
        let encoding = session.server.encoding
        guard LedgerSchema.holds(encoding: encoding) else {
            throw PostgresLedgerError.encoding(database: server, encoding: encoding)
        }
        guard try row.bool("there") else {
            guard try row.bool("may_make") else {
                return mayNotMake(server: server, role: role, "\(role) may not make the run history in \(server)")
            }
            return .good(Self.subject, "the history can be made in \(server)")
        }
        guard try await mayWrite(session) else {
            return mayNotMake(server: server, role: role, "\(role) may not write the run history in \(server)")
        }
        // What an older dbops has made, or nobody yet, the first run completes.
        do { try await LedgerSchema.check(session) } catch PostgresLedgerError.missing {}
        return .good(Self.subject, "the history in \(server) can be written")
    }

    /// Tables that are not there yet are made by whoever may make things in the schema.
    private func mayWrite(_ session: Session) async throws -> Bool {
        try await session.query(
            """
            SELECT pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND (
                SELECT CASE count(*) WHEN 0 THEN pg_catalog.has_schema_privilege(n.oid, 'CREATE')
                    ELSE bool_and(
                        pg_catalog.has_table_privilege(c.oid, 'SELECT') AND pg_catalog.has_table_privilege(c.oid, 'INSERT')
                        AND pg_catalog.has_table_privilege(c.oid, 'UPDATE')
                        AND pg_catalog.has_table_privilege(c.oid, 'DELETE')) END
                FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid AND c.relkind = 'r') AS may_write
            FROM pg_catalog.pg_namespace n WHERE n.nspname = 'dbops'
            """
        ).onlyRow().bool("may_write")
    }

    private func mayNotMake(server: String, role: String, _ message: String) -> CheckFinding {
        // Without a shared history nothing is started.
        CheckFinding(
            subject: Self.subject, level: .fault(.permission), message: message,
            advice: PostgresLedgerError.mayNotCreate(database: server, role: role, reason: "").hint)
    }
}
