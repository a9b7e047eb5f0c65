import JobModel
import Postgres

/// The statements of maintenance, as a version of the server takes them.
struct MaintainStatement: Sendable {
    /// As servers number themselves.
    let serverVersion: Int

    /// How a VACUUM is done.
    enum Vacuum: Sendable {
        case ordinary
        case freezing
        /// Without cost limit, without the indexes, and waiting for its lock: all that counts is that it ends.
        case emergency
    }

    /// What of a table is vacuumed.
    struct Target: Sendable {
        let table: SQLIdentifier
        /// It is named by ONLY where VACUUM would go down to its children: from 18 on.
        var hasChildren = false
        /// Only its TOAST table, where the server can: from 16 on.
        var isToastOnly = false
        var truncates = false
    }

    func vacuum(_ target: Target, _ vacuum: Vacuum) -> ServerText {
        var options: [String] = ["VERBOSE"]
        switch vacuum {
        case .ordinary: options += ["SKIP_LOCKED"]
        case .freezing: options += ["SKIP_LOCKED", "FREEZE"]
        case .emergency: options += ["FREEZE", "INDEX_CLEANUP off"]
        }
        // Truncation locks the table against readers too, and on standbys nobody sees that they wait.
        if !target.truncates || vacuum.isEmergency { options.append("TRUNCATE off") }
        if target.isToastOnly, serverVersion >= 160_000 { options.append("PROCESS_MAIN off") }
        if !vacuum.isEmergency { options.append("PARALLEL 2") }
        if serverVersion >= 160_000 {
            options.append("SKIP_DATABASE_STATS")
            options.append("BUFFER_USAGE_LIMIT '\(vacuum.isEmergency ? "0" : "16MB")'")
        }
        return "VACUUM (\(options.joined(separator: ", "))) \(name(target.table, hasChildren: target.hasChildren))"
    }

    func analyze(_ table: SQLIdentifier, hasChildren: Bool) -> ServerText {
        "ANALYZE (VERBOSE, SKIP_LOCKED) \(name(table, hasChildren: hasChildren))"
    }

    func reindex(_ index: SQLIdentifier) -> ServerText {
        "REINDEX (CONCURRENTLY, VERBOSE) INDEX \(index.quoted)"
    }

    func dropIndex(_ index: SQLIdentifier) -> ServerText {
        "DROP INDEX CONCURRENTLY IF EXISTS \(index.quoted)"
    }

    func repack(_ table: SQLIdentifier) -> ServerText {
        "REPACK (CONCURRENTLY, VERBOSE) \(table.quoted)"
    }

    /// Nil where every VACUUM does it: before 16.
    var databaseStatistics: ServerText? {
        serverVersion >= 160_000 ? "VACUUM (ONLY_DATABASE_STATS)" : nil
    }

    private func name(_ table: SQLIdentifier, hasChildren: Bool) -> ServerText {
        hasChildren && serverVersion >= 180_000 ? "ONLY \(table.quoted)" : table.quoted
    }
}

extension MaintainStatement.Vacuum {
    fileprivate var isEmergency: Bool {
        if case .emergency = self { true } else { false }
    }
}
