import ArgumentParser
import JobModel
import Operations
import Postgres

/// `dbops health`
struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health", abstract: "Print how a database and its server are.",
        discussion: """
            Sizes, connections, old transactions, dead rows, replication, slots, archiving,
            checkpoints and, where pg_stat_statements is, the statements that take the most
            time: in one query that takes milliseconds and cannot write. What is wrong with
            it, and what to do, says dbops advise.

            EXAMPLES
              dbops health shop
              dbops health --database postgresql://monitor@db/shop --interval 10s
              dbops health shop --json
            """)

    @Argument(help: "A database of the job file.")
    var name: String?

    @Option(
        help: ArgumentHelp("The database, where no job file names it: any libpq URL or conninfo.", valueName: "url"))
    var database: String?

    @Option(help: ArgumentHelp("Read twice, so far apart, and print rates as well.", valueName: "duration"))
    var interval: String?

    @OptionGroup(title: "Connection") var connection: ConnectionOptions
    @OptionGroup(title: "Job file") var jobFile: JobFileOption
    @OptionGroup(title: "Output") var global: GlobalOptions

    func validate() throws {
        if (name == nil) == (database == nil) {
            throw ValidationError("Name a database of the job file, or --database.")
        }
        if let interval, DurationText.duration(interval).map({ $0 > .zero }) != true {
            throw ValidationError("--interval takes a duration such as 10s or 1m, not \"\(interval)\"")
        }
    }

    func run() async throws {
        let assembly = Assembly(global)
        try await assembly.reportingFailure {
            let reader = try await HealthReader.open(try target(assembly), context: assembly.context(toolsIn: nil))
            let readings: [HealthValues]
            do { readings = try await read(reader) } catch {
                await reader.close()
                throw error
            }
            await reader.close()
            assembly.progress.finish()
            try HealthRendering.print(readings, json: global.json)
        }
    }

    private func read(_ reader: HealthReader) async throws -> [HealthValues] {
        let first = try await reader.read()
        guard let pause = interval.flatMap(DurationText.duration) else { return [first] }
        try await Task.sleep(for: pause)
        return [first, try await reader.read()]
    }

    private func target(_ assembly: Assembly) throws -> ConnectionInfo {
        if let database { return try connection.connection(database) }
        let configuration = try assembly.jobFile(jobFile).load().configuration
        guard let target = configuration.database(named: name ?? "") else {
            throw UnknownDatabaseError(name: name ?? "", known: configuration.databases.map(\.name))
        }
        return try assembly.targets.primary(of: target)
    }
}

/// The job file has no database of this name.
struct UnknownDatabaseError: UserFacingError {
    let name: String
    let known: [String]
    var message: String { "no database is called \"\(name)\"" + NearestName.suggestion(for: name, among: known) }
    var hint: String? { "Databases of the job file: \(known.isEmpty ? "none" : known.joined(separator: ", "))." }
    var category: FailureCategory { .usage }
}
