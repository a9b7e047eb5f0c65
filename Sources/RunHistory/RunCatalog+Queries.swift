import GRDB
package import JobModel

extension RunCatalog {
    package func promises() async throws -> [SchedulePromise] {
        try await read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM promises ORDER BY job").map { row in
                SchedulePromise(
                    job: row["job"], schedule: row["schedule"], since: CivilTime(secondsSinceEpoch: row["since"]),
                    accountedThrough: CivilTime(secondsSinceEpoch: row["accounted_through"]))
            }
        }
    }

    package func unfinished() async throws -> [Run] {
        try await read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM runs WHERE outcome IS NULL ORDER BY instant DESC, number DESC"
            ).map(Run.init)
        }
    }

    package func runs(_ query: RunQuery) async throws -> [Run] {
        try await read { db in
            let selection = RunSelection(query)
            return try Row.fetchAll(db, sql: selection.sql, arguments: selection.arguments).map(Run.init)
        }
    }

    package func log(of run: RunID) async throws -> [RunLogLine] {
        try await read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT at, level, text FROM log_lines
                    WHERE run_number = (SELECT number FROM runs WHERE id = ?) ORDER BY number
                    """,
                arguments: [run.description]
            ).map { row in
                RunLogLine(at: CivilTime(secondsSinceEpoch: row["at"]), level: row["level"], text: row["text"])
            }
        }
    }

    package func memory(named name: String) async throws -> String? {
        try await read { db in
            try String.fetchOne(db, sql: "SELECT text FROM memory WHERE name = ?", arguments: [name])
        }
    }

    package func beats() async throws -> [String: CivilTime] {
        try await read { db in
            let rows = try Row.fetchAll(db, sql: "SELECT host, at FROM beats")
            return Dictionary(
                uniqueKeysWithValues: rows.map { row in
                    (row["host"] as String, CivilTime(secondsSinceEpoch: row["at"]))
                })
        }
    }
}
