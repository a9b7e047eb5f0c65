import ArgumentParser
import HTTPTransport
import JobModel
import Operations

/// `dbops notify`
struct NotifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notify", abstract: "Try the notifiers of the job file.", subcommands: [Test.self])

    /// `dbops notify test`
    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "test", abstract: "Send a test notice, to see whether it arrives.",
            discussion: """
                Sends one notice whose event is "test", whatever the notifier's "on" says, and
                tries once. A notifier of kind healthchecks calls the check's /log address,
                which changes nothing about the check.

                EXAMPLES
                  dbops notify test ops
                  dbops notify test ops --config ./dbops.toml --json
                """)

        @Argument(help: "The notifier's name in the job file.")
        var notifier: String

        @OptionGroup(title: "Job file") var jobFile: JobFileOption
        @OptionGroup(title: "Output") var global: GlobalOptions

        func run() async throws {
            let assembly = Assembly(global)
            try await assembly.reportingFailure {
                let configuration = try assembly.jobFile(jobFile).load().configuration
                guard let settings = configuration.notifier(named: notifier) else {
                    throw NotifierError.unknown(name: notifier, known: configuration.notifiers.map(\.name))
                }
                let clock = SystemWallClock()
                do {
                    try await assembly.notifiers(clock: clock).open(settings)
                        .send(.test(of: notifier, at: CivilTime(clock.now)))
                } catch let error as any UserFacingError {
                    throw NotifierFailure(notifier: notifier, cause: error)
                }
                try report(settings)
            }
        }

        private struct SentObject: Encodable {
            let outcome: RunOutcome
            let notifier: String
            let kind: String
        }

        private func report(_ settings: NotifierSettings) throws {
            let kind = settings.kind.name
            if global.json {
                try JSONLine.print(SentObject(outcome: .succeeded, notifier: notifier, kind: kind))
            } else if !global.quiet {
                print("The notifier \(notifier) (\(kind)) has taken a test notice.")
            }
        }
    }
}
