import Archive
import ArgumentParser
import JobFile
import JobModel
import Operations

extension GlobalsSetting: ExpressibleByArgument {}

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

            A JOB of the job file is made as the file says, and recorded in the history.
            Without a job file name --database and --to.

            EXAMPLES
              dbops backup now nightly
              dbops backup now --database postgresql://backup@db/shop --to s3://acme/prod
              dbops backup now --database "host=/run/postgresql dbname=shop" \\
                --to file:///var/backups
              dbops backup now --database postgresql:///shop --to s3://acme/prod \\
                --endpoint https://s3.example.com --path-style
              dbops backup now --database postgresql:///shop --to s3://acme/prod \\
                --to /mnt/backups
              dbops backup now --database postgresql://backup@db/postgres \\
                --all-databases --exclude-database "test_*" --to s3://acme/prod
            """)

    @Argument(help: "A backup job of the job file. Default: the only one there is.")
    var job: String?

    @Option(
        help: ArgumentHelp(
            "Without a job file: the database, as any libpq URL or conninfo.", valueName: "url"))
    var database: String?

    @Option(
        help: ArgumentHelp(
            "With --database: the store, s3://BUCKET/PREFIX, file:///PATH or a path. Several get a complete copy each.",
            valueName: "store"))
    var to: [String] = []

    @Flag(help: "With --database: every database of its server but templates, each as a backup of its own.")
    var allDatabases = false

    @Option(
        help: ArgumentHelp("With --all-databases: but not these; * stands for any characters.", valueName: "pattern"))
    var excludeDatabase: [String] = []

    @Option(help: ArgumentHelp("The folder below the store. Default: the database's name.", valueName: "name"))
    var name: String?

    @Option(help: "Tables that are copied at the same time. Default: 4.")
    var workers: Int?

    @Flag(help: "Copy each table over one connection, however large it is.")
    var noSplit = false

    @Option(
        help: ArgumentHelp(
            "gzip (the fastest), libdeflate:1 to libdeflate:12 (the smallest), zlib:1 to zlib:9, or none. Default: gzip.",
            valueName: "method"))
    var compression: String?

    @Option(
        help: ArgumentHelp("How long to try for tables that somebody has locked. Default: 60.", valueName: "seconds"))
    var lockWait: Int?

    @Option(
        help: ArgumentHelp(
            "Roles, memberships and what else belongs to the whole server: all, without-passwords, or none. Default: all.",
            valueName: "what"))
    var globals: GlobalsSetting?

    @Option(
        help: ArgumentHelp(
            "Read no more bytes a second from the server, for instance 50MB; all workers together.",
            valueName: "bytes"))
    var maxRate: String?

    @Option(
        help: ArgumentHelp(
            "Warn when the snapshot has been held for longer, for instance 6h. Default: 24h.", valueName: "duration"))
    var maxSnapshotAge: String?

    @Flag(help: "Print what would be copied, and copy nothing.")
    var dryRun = false

    @OptionGroup(title: "Job file") var jobFile: JobFileOption
    @OptionGroup(title: "Which part") var filters: FilterOptions
    @OptionGroup(title: "PostgreSQL") var connection: ConnectionOptions
    @OptionGroup(title: "S3") var storeOptions: StoreOptions
    @OptionGroup(title: "Output") var global: GlobalOptions

    func validate() throws {
        if database == nil {
            try validateJob()
        } else if job != nil {
            throw ValidationError("Name either a JOB of the job file, or --database and --to: they exclude each other.")
        }
        if database != nil, to.isEmpty { throw ValidationError("--database needs --to with the store.") }
        guard (1...64).contains(workers ?? 4) else { throw ValidationError("--workers takes 1 to 64") }
        guard name != "" else { throw ValidationError("--name takes a name") }
        guard name?.utf8.contains(UInt8(ascii: "/")) != true else {
            throw ValidationError("--name takes no slash: what stands behind one would be a database's name.")
        }
        if !excludeDatabase.isEmpty, !allDatabases {
            throw ValidationError("--exclude-database goes with --all-databases.")
        }
        guard (0...86_400).contains(lockWait ?? 60) else {
            throw ValidationError("--lock-wait takes 0 to 86400 seconds")
        }
        try validateLimits()
        if let compression, CompressionSetting(compression) == nil {
            throw ValidationError("--compression \(CompressionSetting.refusal(of: compression))")
        }
    }

    private func validateLimits() throws {
        if let maxRate, ByteCountText.bytes(maxRate).map({ BackupSettings.ratesInBytes.contains($0) }) != true {
            throw ValidationError("--max-rate takes bytes a second, 100kB or more, such as 50MB; not \"\(maxRate)\"")
        }
        if let maxSnapshotAge, DurationText.duration(maxSnapshotAge).map({ $0 > .zero }) != true {
            throw ValidationError("--max-snapshot-age takes a duration such as 90m or 6h; not \"\(maxSnapshotAge)\"")
        }
    }

    /// A job is made as the job file says, so that its backups are alike.
    private func validateJob() throws {
        guard to.isEmpty else {
            throw ValidationError(
                job == nil
                    ? "--to needs --database; or name a JOB of the job file, which has its own stores."
                    : "Name either a JOB of the job file, or --database and --to: they exclude each other.")
        }
        let given = [
            ("--name", name != nil), ("--all-databases", allDatabases), ("--workers", workers != nil),
            ("--compression", compression != nil),
            ("--lock-wait", lockWait != nil), ("--globals", globals != nil), ("--no-split", noSplit),
            ("--max-rate", maxRate != nil), ("--max-snapshot-age", maxSnapshotAge != nil),
            ("--password-file", connection.passwordFile != nil),
            ("--schema and its like", !filters.filters.isEmpty), ("S3 options", storeOptions.isGiven),
        ]
        if let (option, _) = given.first(where: \.1) {
            throw ValidationError("\(option) goes with --database; a job is made as the job file says.")
        }
    }

    func run() async throws {
        let assembly = Assembly(global)
        try await assembly.reportingFailure {
            guard let database else { return try await runJob(assembly) }
            if allDatabases { return try await runAll(of: database, assembly) }
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

    private func runAll(of database: String, _ assembly: Assembly) async throws {
        try await AllDatabasesBackup(
            server: try connection.connection(database),
            selection: DatabaseSelection(["*"], excluding: excludeDatabase),
            destinations: try assembly.destinations(to, storeOptions), name: name, settings: settings(),
            assembly: assembly, pgBin: connection.pgBin, global: global
        ).run(dryRun: dryRun)
    }

    private func settings() -> BackupSettings {
        var settings = BackupSettings()
        if let workers { settings.workers = workers }
        settings.splitsTables = !noSplit
        if let compression = compression.flatMap(CompressionSetting.init) { settings.compression = compression }
        settings.filters = filters.filters
        if let globals { settings.globals = globals }
        if let lockWait { settings.lockWait = .seconds(lockWait) }
        settings.maxRateInBytes = maxRate.flatMap(ByteCountText.bytes)
        if let age = maxSnapshotAge.flatMap(DurationText.duration) { settings.maxSnapshotAge = age }
        return settings
    }

    private func runJob(_ assembly: Assembly) async throws {
        let configuration = try assembly.jobFile(jobFile).load().configuration
        let (job, _) = try assembly.backupJob(job, in: configuration)
        if dryRun { return try await preview(job, configuration, assembly) }
        let (run, result) = try await ManualRun(assembly: assembly, job: job, configuration: configuration)
            .run(toolsIn: connection.pgBin)
        assembly.progress.finish()
        guard let report = result.report, run.outcome == .succeeded || run.outcome == .partial else {
            throw RunFailedError(run: run, result: result)
        }
        try JobBackupRendering.print(run, report: report, json: global.json, quiet: global.quiet)
        if run.outcome == .partial { throw ArgumentParser.ExitCode(ExitCode.partial.rawValue) }
    }

    private func preview(_ job: Job, _ configuration: Configuration, _ assembly: Assembly) async throws {
        let preview = try await assembly.preview(of: job, in: configuration, toolsIn: connection.pgBin)
        try JobPreviewRendering.print(preview, json: global.json, quiet: global.quiet)
    }
}
