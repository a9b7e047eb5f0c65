package import JobModel
package import Postgres

/// How a verification is made.
package struct VerifySettings: Sendable {
    /// Sessions that load and compare at the same time. Default: 4.
    package var jobs = 4
    /// A server for the scratch database. Default: a throw-away cluster made beside dbops.
    package var server: ConnectionInfo?
    /// Leaves the scratch database, under another name. Default: false.
    package var keepsScratchDatabase = false
    /// Writes the evidence beside the backup. Default: true.
    package var storesEvidence = true
    /// What must hold in the restored database, beyond what is compared in any case. Default: nothing.
    package var checks: [ContentCheck] = []
    /// The database that `checks` ask, of a dump that holds several. Default: the only one.
    package var checkedDatabase: String?
    /// Reads all heap and all indexes by pg_amcheck. Default: false.
    package var runsAmcheck = false
    /// How long the restore itself may take. Default: any time.
    package var timeBudget: Duration?
    /// Looks at the restored database once it is proven, before it is dropped; nothing that comes of it counts.
    /// Default: nobody does.
    var inspect: (@Sendable (ConnectionInfo) async -> Void)?

    package init() {}

    /// The names of the checks that were asked for, in the order in which they are made.
    var requestedNames: [String] {
        checks.map(\.name) + (runsAmcheck ? [AmcheckRun.name] : []) + (timeBudget == nil ? [] : [TimeBudget.name])
    }

    /// Throws ``ContentCheckError`` where a check cannot be asked: nothing is restored for it.
    func requireQueries() throws {
        for check in checks {
            guard case .query(let sql, _) = check.question else { continue }
            _ = try CheckQuery.statement(of: sql, check: check.name)
        }
    }

    /// What a backup or a dump is of.
    enum Source {
        case database
        case cluster
    }

    /// Throws ``CheckedDatabaseError`` where it is not known which database to ask, or said where there is only one:
    /// nothing is restored for it.
    func requireDatabase(of source: Source) throws(CheckedDatabaseError) {
        switch source {
        case .database: if let checkedDatabase { throw .notNeeded(database: checkedDatabase) }
        case .cluster: if !checks.isEmpty, checkedDatabase == nil { throw .notSaid }
        }
    }
}

extension VerifySettings {
    /// These checks, and as skipped those that every verification makes, or that were asked for, and it has not come to.
    func all(_ made: [VerificationCheck]) -> [VerificationCheck] {
        let names = Set(made.map(\.name))
        let wanted = VerificationCheck.Name.allCases.map(\.rawValue) + requestedNames
        return made
            + wanted.filter { !names.contains($0) }.map { .skipped($0, because: "an earlier check failed") }
    }
}
