import ArgumentParser
import JobModel
import Operations

/// Which backup a mark is for.
struct MarkedBackupOptions: ParsableArguments {
    @Argument(help: "The backup: an s3:// or file:// URL, a path, an id, JOB@latest or JOB/DATABASE@latest.")
    var backup: String

    @Option(
        help: ArgumentHelp(
            "The store of a backup that is named by its id. Default: the stores of the job file.", valueName: "store"))
    var store: String?

    @OptionGroup(title: "S3") var storeOptions: StoreOptions
    @OptionGroup(title: "Job file") var jobFile: JobFileOption
    @OptionGroup(title: "Output") var global: GlobalOptions

    func run(_ change: MarkOperation.Change) async throws {
        let assembly = Assembly(global)
        try await assembly.reportingFailure {
            let source = try await assembly.backup(backup, in: store, jobFile, storeOptions)
            let standing = try await MarkOperation(
                context: assembly.context(toolsIn: nil), source: source, change: change
            ).execute()
            try MarkRendering.print(source, standing, after: change, json: global.json, quiet: global.quiet)
        }
    }
}

/// `dbops pin`
struct PinCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pin", abstract: "Pin a backup: retention never deletes it.",
        discussion: """
            EXAMPLES
              dbops pin nightly@latest
              dbops pin s3://acme/prod/shop/20261121T020000Z-k3v7qa
              dbops pin 20261121T020000Z-k3v7qa --store file:///var/backups
            """)

    @OptionGroup var options: MarkedBackupOptions

    func run() async throws { try await options.run(.pin) }
}

/// `dbops unpin`
struct UnpinCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unpin", abstract: "Take a pin away: the rules decide again.",
        discussion: """
            EXAMPLES
              dbops unpin 20261121T020000Z-k3v7qa --store file:///var/backups
            """)

    @OptionGroup var options: MarkedBackupOptions

    func run() async throws { try await options.run(.unpin) }
}

/// `dbops accept`
struct AcceptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept", abstract: "Accept a backup that is much smaller than those before it.",
        discussion: """
            Such a backup is kept apart: it does not count, and pushes no other one out.
            Accepting it says that it is right, and makes its size the usual one for
            those that follow.

            EXAMPLES
              dbops accept 20261121T020000Z-k3v7qa --store file:///var/backups
            """)

    @OptionGroup var options: MarkedBackupOptions

    func run() async throws { try await options.run(.accept) }
}
