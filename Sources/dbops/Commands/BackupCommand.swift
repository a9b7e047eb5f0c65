import Archive
import ArgumentParser
import JobModel
import Operations

/// `dbops backup now`
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Back up a database.", subcommands: [BackupNowCommand.self])
}

struct BackupNowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "now", abstract: "Make a backup at once.",
        discussion: """
            The rows go straight from the server through compression into the store,
            never to a local disk. A backup is there when its manifest is there, which is
            written last.

            EXAMPLES
              dbops backup now --database postgresql://backup@db/shop --to s3://acme/prod
              dbops backup now --database "host=/run/postgresql dbname=shop" \\
                --to file:///var/backups
              dbops backup now --database postgresql:///shop --to s3://acme/prod \\
                --endpoint https://s3.example.com --path-style
              dbops backup now --database postgresql:///shop --to s3://acme/prod \\
                --to /mnt/backups
            """)

    @Option(help: ArgumentHelp("The database: any libpq URL or conninfo.", valueName: "url"))
    var database: String

    @Option(
        help: ArgumentHelp(
            "The store: s3://BUCKET/PREFIX, file:///PATH or a path. Several get a complete copy each.",
            valueName: "store"))
    var to: [String]

    @Option(help: ArgumentHelp("The folder below the store. Default: the database's name.", valueName: "name"))
    var name: String?

    @Option(help: "Tables that are copied at the same time.")
    var workers = 4

    @Option(help: ArgumentHelp("gzip (the fastest engine), zlib:1 to zlib:9, or none.", valueName: "method"))
    var compression = "gzip"

    @Option(help: ArgumentHelp("How long to try for tables that somebody has locked.", valueName: "seconds"))
    var lockWait = 60

    @Flag(help: "Print what would be copied, and copy nothing.")
    var dryRun = false

    @OptionGroup(title: "Which part") var filters: FilterOptions
    @OptionGroup(title: "PostgreSQL") var connection: ConnectionOptions
    @OptionGroup(title: "S3") var storeOptions: StoreOptions
    @OptionGroup(title: "Output") var global: GlobalOptions

    func validate() throws {
        guard (1...64).contains(workers) else { throw ValidationError("--workers takes 1 to 64") }
        guard name != "" else { throw ValidationError("--name takes a name") }
        guard (0...86_400).contains(lockWait) else { throw ValidationError("--lock-wait takes 0 to 86400 seconds") }
        guard CompressionSetting(compression) != nil else {
            throw ValidationError("--compression takes gzip, zlib:1 to zlib:9, or none; not \"\(compression)\"")
        }
    }

    func run() async throws {
        let assembly = Assembly(global)
        try await assembly.reportingFailure {
            let operation = BackupOperation(
                context: assembly.context(toolsIn: connection.pgBin), connection: try connection.connection(database),
                destinations: try assembly.destinations(to, storeOptions), job: name, settings: settings())
            if dryRun {
                let preview = try await operation.preview()
                assembly.progress.finish()
                try BackupRendering.print(preview, json: global.json)
            } else {
                let report = try await operation.execute()
                assembly.progress.finish()
                try BackupRendering.print(report, json: global.json, quiet: global.quiet)
                if report.outcome == .partial { throw ArgumentParser.ExitCode(ExitCode.partial.rawValue) }
            }
        }
    }

    private func settings() -> BackupSettings {
        var settings = BackupSettings()
        settings.workers = workers
        settings.compression = CompressionSetting(compression) ?? .gzip
        settings.filters = filters.filters
        settings.lockWait = .seconds(lockWait)
        return settings
    }
}
