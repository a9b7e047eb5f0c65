import ArgumentParser
import Operations
import Postgres

/// Options of a restore for real: how much of the backup, and into what.
struct RestoreForRealOptions: ParsableArguments {
    @Option(
        name: .customLong("table"),
        help: ArgumentHelp(
            "Only this table, view or sequence, with all that belongs to it; pg_dump's patterns. Repeatable.",
            valueName: "pattern"))
    var tables: [String] = []

    @Option(
        name: .customLong("schema"),
        help: ArgumentHelp("Only this schema, with all that is in it. Repeatable.", valueName: "pattern"))
    var schemas: [String] = []

    @Option(
        help: ArgumentHelp(
            "Put the backup into the place of this database, once it is restored beside it and proven; keep the old one.",
            valueName: "name"))
    var replace: String?

    @Flag(help: "With --replace: end the sessions of the old database at the moment of the swap.")
    var disconnect = false

    @Flag(help: "Say what would be done and what is missing; touch nothing.")
    var dryRun = false

    var selection: RestoreSelection { RestoreSelection(tables: tables, schemas: schemas) }

    /// `creates`: whether `--create` is given.
    func validate(isForReal: Bool, creates: Bool) throws {
        guard isForReal else {
            guard selection.isEmpty, replace == nil, !disconnect, !dryRun else {
                throw ValidationError("--table, --schema, --replace, --disconnect and --dry-run go with --into.")
            }
            return
        }
        if disconnect, replace == nil { throw ValidationError("--disconnect goes with --replace.") }
        if replace != nil, creates { throw ValidationError("Say either --create or --replace.") }
        if replace != nil, !selection.isEmpty {
            throw ValidationError(
                "--replace puts a whole backup into the place of a database; --table and --schema take a part of one.")
        }
        if let replace, replace.isEmpty { throw ValidationError("--replace takes the name of a database.") }
    }

    func request(into target: ConnectionInfo, creates: Bool, jobs: Int, makesRoles: Bool) -> RestoreRequest {
        let destination: RestoreRequest.Destination =
            replace.map { .replacing($0, disconnects: disconnect) } ?? (creates ? .new : .existing)
        return RestoreRequest(
            target: target, destination: destination, selection: selection, jobs: jobs, makesRoles: makesRoles)
    }
}
