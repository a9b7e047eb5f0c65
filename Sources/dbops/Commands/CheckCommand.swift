import ArgumentParser
import Foundation
import JobFile
import JobModel
import Operations

/// `dbops check`
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check the job file, and with --connect all that it names.",
        discussion: """
            Without --connect nothing is connected to: the job file is read, and every fault
            in it is named with its line. With --connect every database is asked for what a
            backup needs (with the GRANTs to run where something is missing), and whether the
            way to it is encrypted and verified; every store is written, read, listed and
            deleted from, and the programs for backups and proofs are looked for. The place
            of the history must be writable, and read_url name a standby of url.

            EXAMPLES
              dbops check
              dbops check --config ./dbops.toml --connect
            """)

    @Flag(help: "Try the databases, the stores and the programs as well.")
    var connect = false

    @Option(
        help: ArgumentHelp(
            "Where pg_dump, pg_restore and the server programs are. Default: the usual places of each major.",
            valueName: "directory"))
    var pgBin: String?

    @OptionGroup(title: "Job file") var jobFile: JobFileOption
    @OptionGroup(title: "Output") var global: GlobalOptions

    func run() async throws {
        let assembly = Assembly(global)
        let rendering = CheckRendering(json: global.json, quiet: global.quiet)
        let loaded: JobFileLoader.Loaded
        do {
            loaded = try assembly.jobFile(jobFile).load()
        } catch let error as JobFileError {
            try rendering.print(error)
            throw ArgumentParser.ExitCode(ExitCode(error.category).rawValue)
        } catch {
            return try await assembly.reportingFailure { throw error }
        }
        try rendering.print(loaded, now: SystemWallClock().now, zones: ZoneDatabase())
        try rendering.print(SecretsCheck(configuration: loaded.configuration, secrets: assembly.secrets).findings)
        guard connect else { return }
        try await assembly.reportingFailure {
            let findings = try await TargetsCheck(
                context: assembly.context(toolsIn: pgBin, reporter: SilentReporter()),
                configuration: loaded.configuration, targets: assembly.targets
            ).run()
            try rendering.print(findings)
            guard let worst = CheckFinding.worst(of: findings) else { return }
            throw ArgumentParser.ExitCode(ExitCode(worst).rawValue)
        }
    }
}
