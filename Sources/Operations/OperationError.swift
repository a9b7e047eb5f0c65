package import JobModel
import Postgres

/// What an operation can fail with beyond the errors of its instruments.
package enum OperationError: UserFacingError, Equatable {
    /// Tables whose rows this role would not see in full.
    case rowSecurity(tables: [String], role: String)
    /// Tables that the role may not read.
    case missingPrivilege(tables: [String], role: String)
    /// Tables that somebody else keeps locked; who that is, as far as it was seen.
    case tablesLocked(tables: [String], afterSeconds: Int, holders: [String] = [])
    /// DDL kept getting between the snapshot and the locks.
    case changingTables(table: String, reason: String)
    /// The lock table of the server is too small for one lock per table.
    case lockTableFull(tables: Int, maxLocksPerTransaction: Int)
    /// pg_dump's table of contents could not be had.
    case harvestFailed(reason: String, category: FailureCategory, hint: String?)
    /// A COPY did not deliver what it said.
    case rowCountDiffers(table: String, sent: Int64, received: Int64)
    /// An object in the store is not what was written.
    case objectDiffers(object: String, expected: Int64, found: Int64?)
    /// A table was not copied that should have been: a fault of dbops.
    case incomplete(reason: String)
    /// The session that keeps the snapshot and the locks was lost.
    case leaderLost(reason: String)
    case notABackup(place: String, reason: String)
    /// Retention was about to delete a backup when it got a mark.
    case beingDeleted(place: String)
    case targetNotEmpty(database: String, example: String)
    case targetExists(database: String)
    /// It holds what a killed restore had made until then, or another restore is filling it now.
    case targetUnfinished(database: String)
    case targetMissing(database: String)
    case missingPrerequisites([String], hint: String)
    /// A scratch database cannot be made there.
    case mayNotCreateDatabases(role: String, server: String)
    /// Roles were to be made from a backup that holds none.
    case noGlobals(place: String)
    /// A small file for a client tool could not be written.
    case scratchFile(path: String)
    /// The server refused what the backup holds.
    case restoreRefused(step: String, reason: String)
    /// pg_restore broke off for a reason that says nothing about the backup: a lost server, a full disk.
    case restoreBroke(step: String, reason: String, category: FailureCategory)

    package var message: String {
        switch self {
        case .rowSecurity(let tables, let role):
            "row-level security would hide rows from \(role): \(Self.listed(tables))"
        case .missingPrivilege(let tables, let role): "\(role) may not read \(Self.listed(tables))"
        case .tablesLocked(let tables, let seconds, let holders):
            "could not lock \(Self.listed(tables)) within \(seconds) s: "
                + (holders.isEmpty ? "somebody else holds a conflicting lock" : Self.listed(holders, most: 3))
        case .changingTables(let table, let reason): "\(table) changed under the backup: \(reason)"
        case .lockTableFull(let tables, let setting):
            "the server's lock table is too small for \(tables) tables (max_locks_per_transaction = \(setting))"
        case .harvestFailed(let reason, _, _): "pg_dump could not read the database's definitions: \(reason)"
        case .rowCountDiffers(let table, let sent, let received):
            "the server sent \(sent) rows of \(table), but \(received) arrived"
        case .objectDiffers(let object, let expected, let found):
            "the store holds \(found.map { "\($0) bytes" } ?? "nothing") as \(object), but \(expected) bytes were written"
        case .incomplete(let reason): "the backup is not complete: \(reason)"
        case .leaderLost(let reason): "the session that holds the snapshot and the locks was lost: \(reason)"
        case .notABackup(let place, let reason): "\(place) is not a backup: \(reason)"
        case .beingDeleted(let place): "\(place) is being deleted"
        case .noGlobals(let place): "\(place) holds no roles: it was made without globals"
        case .targetNotEmpty(let database, let example):
            "the database \(database) is not empty (it holds \(example), for one)"
        case .targetExists(let database): "the database \(database) exists already"
        case .targetUnfinished(let database):
            "the database \(database) is there, and not whole: a restore that made it has not come to its end"
        case .targetMissing(let database): "the database \(database) does not exist"
        case .mayNotCreateDatabases(let role, let server):
            "\(role) may not create databases, and so no scratch database, on \(server)"
        case .missingPrerequisites(let things, _): "the target server lacks \(Self.listed(things, most: 20))"
        case .scratchFile(let path): "cannot write \(path)"
        case .restoreRefused(let step, let reason): "the server refused the backup while \(step): \(reason)"
        case .restoreBroke(let step, let reason, _): "the restore broke off while \(step): \(reason)"
        }
    }

    package var hint: String? {
        switch self {
        case .rowSecurity(_, let role):
            "Let the backup role see every row: ALTER ROLE \(Self.identifier(role)) BYPASSRLS; or back up as the tables' "
                + "owner."
        case .missingPrivilege(_, let role):
            "GRANT pg_read_all_data TO \(Self.identifier(role)); (PostgreSQL 14 and later), or SELECT."
        case .tablesLocked(_, _, let holders):
            (holders.isEmpty ? "See pg_locks and pg_stat_activity for who holds it; try" : "Try")
                + " again later, or wait longer: --lock-wait, in a job file lock_wait."
        case .changingTables: "Run the backup when no migration is in progress."
        case .lockTableFull: "Raise max_locks_per_transaction and restart the server, or leave tables out."
        case .harvestFailed(_, _, let hint): hint
        case .rowCountDiffers: "Run the backup again; if it happens twice, look at the server's log."
        case .objectDiffers: "Something else writes to this place, or the store is faulty; run the backup again."
        case .incomplete: "This is a fault of dbops; please report it."
        case .leaderLost: "Look at the server's log, and at idle-session limits between dbops and the server."
        case .notABackup: "See what is there: dbops list --store URL."
        case .beingDeleted: "See whether it is still there (dbops list --store URL), and say it again if it is."
        case .targetNotEmpty: "Name a new database and add --create, or empty this one first."
        case .targetExists: "Leave out --create to restore into it (it must be empty), or name another database."
        case .targetUnfinished(let database):
            "If no dbops is at work on it any more: DROP DATABASE \(ServerText(database).quotedAsIdentifier.text); then "
                + "restore again."
        case .targetMissing: "Add --create to have it made."
        case .mayNotCreateDatabases(let role, _):
            "Run this there as a superuser: ALTER ROLE \(Self.identifier(role)) CREATEDB; or name another role or server."
        case .missingPrerequisites(_, let hint): hint
        case .noGlobals: "Leave out --globals, and make the roles that the restore names by hand."
        case .scratchFile: "Make room there, or name another folder by TMPDIR."
        case .restoreRefused:
            "Compare the server with the source: dbops show says the backup's version, encoding and collation. What is not "
                + "concerned can be restored by --table and --schema."
        case .restoreBroke(_, let reason, .permission):
            "Restore as a superuser, or let the role act for the owners of all objects: GRANT "
                + (Self.owner(in: reason).map(Self.identifier) ?? "OWNER") + " TO ROLE;"
        case .restoreBroke(_, _, .cannotWrite):
            "Make room where the target server keeps its data, or make that writable; then restore again."
        case .restoreBroke: "Look into the server's log, and at its disk and memory; then restore again."
        }
    }

    package var category: FailureCategory {
        switch self {
        case .rowSecurity, .missingPrivilege, .mayNotCreateDatabases: .permission
        case .tablesLocked, .changingTables, .beingDeleted: .tryLater
        case .lockTableFull, .targetMissing, .missingPrerequisites: .unavailable
        case .harvestFailed(_, let category, _): category
        case .restoreBroke(_, _, let category): category
        case .rowCountDiffers, .leaderLost, .restoreRefused: .failed
        case .objectDiffers, .scratchFile: .cannotWrite
        case .incomplete: .defect
        case .notABackup: .damaged
        case .noGlobals: .usage
        case .targetNotEmpty, .targetExists, .targetUnfinished: .cannotWrite
        }
    }

    /// The role for which ours may not act, in the words of PostgreSQL up to 15, and from 16 on.
    private static func owner(in reason: String) -> String? {
        for words in ["must be member of role \"", "must be able to SET ROLE \""] {
            guard let start = reason.firstRange(of: words)?.upperBound else { continue }
            return String(reason[start...].prefix { $0 != "\"" })
        }
        return nil
    }

    /// As it is written in SQL.
    private static func identifier(_ name: String) -> String { ServerText(name).quotedWhereNeeded.text }

    /// The first few names, and how many more.
    private static func listed(_ names: [String], most: Int = 5) -> String {
        let shown = names.prefix(most).joined(separator: ", ")
        return names.count > most ? "\(shown) and \(names.count - most) more" : shown
    }
}

extension OperationError {
    /// What is missing in a throw-away cluster is missing on this machine.
    var inThrowAwayCluster: OperationError {
        guard case .missingPrerequisites(let things, let hint) = self else { return self }
        return .missingPrerequisites(
            things,
            hint: hint + " It is a throw-away cluster of the server programs of this machine: install what is missing "
                + "here, for the same major version, or name a server that has it (--on, scratch_url).")
    }
}
