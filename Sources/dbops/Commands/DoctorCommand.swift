import ArgumentParser
import Daemon
import Foundation
import JobFile
import JobModel
import Operations

/// `dbops doctor`
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Find what is wrong with this installation, and say how to mend it.",
        discussion: """
            Looks at this machine: programs of PostgreSQL and their age, time zones, certificates,
            locales, room, the modes of credential files, what killed runs have left; it makes a
            throw-away cluster and stops it. With a job file also at all that dbops check
            --connect looks at, the clocks of databases and stores, leftovers there, the daemon,
            the history and the last runs. It changes nothing, but for a small object in each
            store that it removes again.

            Exit code 0: no fault, 1: faults, 78: the job file is wrong.

            EXAMPLES
              dbops doctor
              dbops doctor --config /etc/dbops/dbops.toml --quiet
              dbops doctor --json
            """)

    @Option(
        help: ArgumentHelp(
            "Where pg_dump, pg_restore and the server programs are. Default: the usual places of each major.",
            valueName: "directory"))
    var pgBin: String?

    @OptionGroup(title: "Job file") var jobFile: JobFileOption
    @OptionGroup(title: "Output") var global: GlobalOptions

    func run() async throws {
        let assembly = Assembly(global)
        try await assembly.reportingFailure {
            let context = assembly.context(toolsIn: pgBin, reporter: SilentReporter())
            let examination = Examination(context: context, targets: assembly.targets)
            let rendering = CheckRendering(json: global.json, quiet: global.quiet)
            let host = try await HostFacts.gather(
                context, environment: assembly.environment, zones: assembly.zones, notBefore: Version.madeAt)
            var findings = examination.examine(host)
            try rendering.print(findings)

            let file = JobFileExamination(loader: assembly.jobFile(jobFile))
            try rendering.print(file.findings)
            findings += file.findings
            let rest = try await look(assembly, examination, host, file.loaded?.configuration)
            try rendering.print(rest)
            findings += rest
            try finish(findings, isJobFileWrong: file.isWrong)
        }
    }

    private func look(
        _ assembly: Assembly, _ examination: Examination, _ host: HostFacts, _ configuration: Configuration?
    ) async throws -> [CheckFinding] {
        guard let configuration else { return try await examination.tryCluster(host) }
        return SecretsCheck(configuration: configuration, secrets: assembly.secrets).findings
            + (try await examination.examine(configuration, host))
            + DaemonExamination(settings: configuration.daemon).findings
            + (try await HistoryExamination(assembly: assembly, configuration: configuration).findings())
    }

    private func finish(_ findings: [CheckFinding], isJobFileWrong: Bool) throws {
        let faults = findings.count { if case .fault = $0.level { true } else { false } }
        let warnings = findings.count { $0.level == .warning }
        if !global.quiet, !global.json {
            StandardError.write(
                "\(faults) fault\(faults == 1 ? "" : "s"), \(warnings) warning\(warnings == 1 ? "" : "s")")
        }
        if isJobFileWrong { throw ArgumentParser.ExitCode(ExitCode.configuration.rawValue) }
        if faults > 0 { throw ArgumentParser.ExitCode(ExitCode.failed.rawValue) }
    }
}
