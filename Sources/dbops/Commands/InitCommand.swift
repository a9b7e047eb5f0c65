import ArgumentParser
import Foundation
import JobModel
import Operations
import Postgres

/// `dbops init`
struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Write a first job file, and say what it still takes.",
        discussion: """
            At a terminal dbops init asks for what no option says; elsewhere, and with --yes,
            it takes the defaults. It tries the database and the store, says what it found, and
            writes a job file with comments: a backup each night that is proven by restoring
            it, retention, a weekly VACUUM and a weekly look at the database. What this machine
            or the role cannot do yet stands in the file as a comment. Then it prints the SQL
            for a role with the least privileges, and what to run next.

            The job file holds no secret: passwords stay in ~/.pgpass, a file or a variable,
            keys of S3 in the environment or the shared credentials file.

            EXAMPLES
              dbops init
              dbops init --database postgresql://dbops_backup@db/shop --store s3://acme/prod --yes
              dbops init --database "service=shop" --store /var/backups/dbops --notify ops@acme.example
              dbops init --database postgresql://db/shop --store s3://backups/prod \\
                --endpoint https://s3.example.com --path-style --output /etc/dbops/dbops.toml
            """)

    @OptionGroup(title: "Answers") var answers: SetUpOptions

    @Option(name: .shortAndLong, help: ArgumentHelp("The job file to write.", valueName: "file"))
    var output = "dbops.toml"

    @Flag(help: "Ask nothing: take the defaults.")
    var yes = false

    @Flag(help: "Replace a job file that is there.")
    var force = false

    @Option(
        help: ArgumentHelp(
            "Where pg_dump, pg_restore and the server programs are. Default: the usual places of each major.",
            valueName: "directory"))
    var pgBin: String?

    @OptionGroup(title: "Output") var global: GlobalOptions

    func validate() throws {
        if let notify = answers.notify, notify != "none", SetUpNotifier(notify) == nil {
            throw ValidationError(
                "--notify takes slack, webhook, healthchecks, none or a mail address, not \"\(notify)\"")
        }
    }

    func run() async throws {
        let assembly = Assembly(global)
        try await assembly.reportingFailure {
            // Before anything is asked: the answers would be lost.
            guard force || access(path(assembly), F_OK) != 0 else { throw NewFileError.exists(path: output) }
            try await FirstSteps(assembly: assembly, command: self).run()
        }
    }

    func path(_ assembly: Assembly) -> String {
        output.hasPrefix("/") ? output : "\(assembly.currentDirectory)/\(output)"
    }

    var questions: TerminalQuestions? {
        yes || global.json || isatty(STDIN_FILENO) == 0 ? nil : TerminalQuestions()
    }
}
