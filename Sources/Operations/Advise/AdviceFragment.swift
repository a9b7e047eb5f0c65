import JobModel

/// Parts of job files that findings print: each a job as a whole, which can be put into a job file as it stands.
enum AdviceFragment {
    /// The job of kind maintain that does what any finding asks of one: the same for all, so that it is put in once.
    static func maintain(_ database: String) -> String {
        table(
            "maintain", database,
            [
                ("schedule", "30 3 * * *"), ("window", "2h"), ("vacuum", "needed"), ("analyze", "needed"),
                ("reindex", "bloated"),
            ])
    }

    /// A job of kind backup to the store of this name; nil makes a store, too.
    static func backup(_ database: String, store: String?) -> String {
        let job = table("backup", database, [("schedule", "0 2 * * *")], ["stores = [\(quoted(store ?? "local"))]"])
        return store == nil ? "[stores.local]\nurl = \"file:///var/backups/dbops\"\n\n\(job)" : job
    }

    /// A job of kind clean for one table, by its name as SQL writes it.
    static func clean(
        _ database: String, table name: String, column: String, days: Int, condition: String?, fraction: Double
    ) -> String {
        var pairs = [("table", name), ("column", column), ("older_than", "\(days)d")]
        if let condition { pairs.append(("where", condition)) }
        // The first run deletes what has gathered in years: the guard is set just above that.
        let limit = min(1, (fraction * 10 + 1).rounded(.up) / 10)
        let guardian = limit > 0.3 ? ["max_fraction = \(limit)"] : []
        return table("clean", name, database: database, pairs + [("schedule", "15 4 * * *")], guardian)
    }

    private static func table(
        _ kind: String, _ name: String, database: String? = nil, _ pairs: [(String, String)], _ lines: [String] = []
    ) -> String {
        let all = [("kind", kind), ("database", database ?? name)] + pairs
        return (["[jobs.\(kind)-\(jobName(name))]"] + all.map { "\($0.0) = \(quoted($0.1))" } + lines)
            .joined(separator: "\n")
    }

    /// What names of jobs may hold.
    private static func jobName(_ name: String) -> String {
        String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "_-".contains($0)) ? $0 : "-" })
    }

    private static func quoted(_ text: String) -> String {
        "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }
}

/// What the job file does with the database already.
package struct AdviceJobs: Sendable, Equatable {
    package var backups: [String] = []
    package var maintenances: [String] = []
    /// Stores of the job file, in its order.
    package var stores: [String] = []

    package init() {}

    init(_ configuration: Configuration, database: String) {
        stores = configuration.stores.map(\.name)
        for job in configuration.jobs where job.kind.database == database {
            if case .backup = job.kind { backups.append(job.name) }
            if case .maintain = job.kind { maintenances.append(job.name) }
        }
    }
}

extension AdviceServer {
    /// What to put into the job file so that maintenance is done; nil where a job does it already.
    var maintainFragment: String? {
        jobs?.maintenances.isEmpty ?? true ? AdviceFragment.maintain(targetName) : nil
    }
}
