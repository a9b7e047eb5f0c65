import Archive
import ArgumentParser
import JobModel
import Operations
import Postgres

/// `dbops restore`: for proof with `--verify`, for real with `--into`.
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Restore a backup, or prove it by a restore that is thrown away.",
        discussion: """
            With --verify the backup is restored into a scratch database, compared with
            what was dumped, row by row, and dropped again: by default in a throw-away
            cluster that dbops makes from the server programs of this machine, so that no
            server of yours is touched.

            JOB@latest is the newest backup of a job in its first store; it is proven where
            the job file says that its database's backups are. The checks, amcheck and
            time_budget of the jobs that verify this job apply too, for JOB@latest and for
            an id.

            With --verify the backup may also be a dump that dbops has not made: plain SQL
            of pg_dump or pg_dumpall, and what pg_dump -Fc, -Ft and -Fd write, also
            compressed with gzip, zstd, lz4, xz or bzip2. What it is, its bytes say, not
            its name. Plain SQL is a program: it runs in the throw-away cluster, or on the
            server that --on names for it.

            With --into it is restored for real: into an empty database, a new one
            (--create), or into the place of one that is there (--replace), which is kept
            under another name. --table and --schema take a part of it, with indexes,
            constraints, sequences, triggers and privileges, also into a database that
            holds other things; never over what is there. --dry-run says first what would
            be done.

            EXAMPLES
              dbops restore --verify nightly@latest
              dbops restore --verify /srv/old/shop.sql.gz
              dbops restore --verify s3://acme/prod/shop/20261121T020000Z-k3v7qa
              dbops restore --verify nightly@latest --amcheck --time-budget 1h \\
                --check "has orders=select count(*) > 1000 from public.orders"
              dbops restore --verify /srv/old/all.sql.gz --amcheck --check-database shop \\
                --check "has orders=select count(*) > 1000 from public.orders"
              dbops restore --verify ./backups/shop/20261121T020000Z-k3v7qa \\
                --on postgresql://test.internal/postgres
              dbops restore s3://acme/prod/shop/20261121T020000Z-k3v7qa \\
                --into postgresql://db2/shop --create
              dbops restore nightly@latest --into postgresql://db2/shop \\
                --table public.orders --dry-run
              dbops restore nightly@latest --into postgresql://db2/shop \\
                --table 'public."Order items"'
              dbops restore nightly@latest --into postgresql://db2 \\
                --replace shop --disconnect
            """)

    @Argument(
        help:
            "The backup: an s3:// or file:// URL, a path, JOB@latest or JOB/DATABASE@latest, or an id; with --verify also a dump of pg_dump."
    )
    var backup: String

    @Flag(help: "Restore into a scratch database, prove it, drop it.")
    var verify = false

    @Option(
        help: ArgumentHelp(
            "Restore for real into this database, which must be empty, or lack what is restored.", valueName: "url"))
    var into: String?

    @Flag(help: "With --into: make the database.")
    var create = false

    @Flag(
        help:
            "With --into: make the roles of the backup that the server lacks, with passwords and memberships as it has them."
    )
    var globals = false

    @Option(help: ArgumentHelp("With --verify: a server for the scratch database.", valueName: "url"))
    var on: String?

    @Flag(help: "With --verify: leave the scratch database.")
    var keep = false

    @Option(help: "Tables that are loaded, and indexes that are built, at the same time.")
    var jobs = 4

    @Option(
        help: ArgumentHelp(
            "The store of a backup that is named by job or id. Default: those of the job file.", valueName: "store"))
    var store: String?

    @OptionGroup(title: "With --verify: further checks") var checks: VerifyOptions
    @OptionGroup(title: "Restore for real") var forReal: RestoreForRealOptions
    @OptionGroup(title: "Job file") var jobFile: JobFileOption
    @OptionGroup(title: "PostgreSQL") var connection: ConnectionOptions
    @OptionGroup(title: "S3") var storeOptions: StoreOptions
    @OptionGroup(title: "Output") var global: GlobalOptions

    func validate() throws {
        guard verify != (into != nil) else {
            throw ValidationError("Say either --verify, or --into with the database to restore into.")
        }
        guard (1...64).contains(jobs) else { throw ValidationError("--jobs takes 1 to 64") }
        if !verify, on != nil || keep { throw ValidationError("--on and --keep go with --verify.") }
        if !verify, checks.isGiven {
            throw ValidationError("--check, --check-database, --amcheck and --time-budget go with --verify.")
        }
        if verify, globals { throw ValidationError("--globals goes with --into.") }
        if verify, create { throw ValidationError("--create goes with --into.") }
        try forReal.validate(isForReal: into != nil, creates: create)
    }

    func run() async throws {
        let assembly = Assembly(global)
        try await assembly.reportingFailure {
            if verify, let dump = try await assembly.foreignDump(backup, storeOptions) {
                return try await prove(dump, assembly.context(toolsIn: connection.pgBin), assembly)
            }
            let source = try await assembly.backup(backup, in: store, jobFile, storeOptions)
            let context = assembly.context(toolsIn: connection.pgBin)
            if let into {
                try await restore(source, into: try connection.connection(into), context, assembly)
            } else {
                try await prove(source, context, assembly)
            }
        }
    }

    private func restore(
        _ source: BackupSource, into target: ConnectionInfo, _ context: OperationContext, _ assembly: Assembly
    ) async throws {
        try requireDatabase(in: target, source, assembly)
        let operation = RestoreOperation(
            context: context, source: source,
            request: forReal.request(into: target, creates: create, jobs: jobs, makesRoles: globals))
        guard !forReal.dryRun else {
            let plan = try await operation.plan()
            assembly.progress.finish()
            try RestorePlanRendering.print(plan, json: global.json)
            guard let obstacle = plan.obstacles.first else { return }
            throw ArgumentParser.ExitCode(ExitCode(obstacle.category).rawValue)
        }
        let report = try await operation.execute()
        assembly.progress.finish()
        try RestoreRendering.print(report, json: global.json, quiet: global.quiet)
        if report.outcome == .partial { throw ArgumentParser.ExitCode(ExitCode.partial.rawValue) }
    }

    /// libpq's own default, the database with the user's name, is nobody's intention.
    private func requireDatabase(in target: ConnectionInfo, _ source: BackupSource, _ assembly: Assembly) throws {
        let isNamed =
            target.database != nil || target.keywords["service"] != nil || assembly.environment["PGDATABASE"] != nil
            || assembly.environment["PGSERVICE"] != nil
        guard isNamed || create || forReal.replace != nil else {
            throw UnnamedTargetError(database: source.manifest.database.text)
        }
    }

    /// Where the job file wants the backups of a job to be proven; nil for a throw-away cluster.
    private func scratchServer(_ assembly: Assembly) throws -> ConnectionInfo? {
        guard let name = NewestBackup.series(in: backup)?.job, let loaded = try assembly.jobFile(jobFile).loadIfThere(),
            let job = loaded.configuration.job(named: name)?.backup,
            let database = loaded.configuration.database(named: job.database)
        else { return nil }
        return try assembly.targets.scratchServer(of: database)
    }

    /// The jobs of the job file that verify the job of this backup, where that is known without going by names that
    /// stand in a backup of unknown origin.
    private func provingJobs(of source: BackupSource, _ assembly: Assembly) throws -> [VerifyJob] {
        let series =
            NewestBackup.series(in: backup) ?? (BackupID(backup) == nil ? nil : BackupSeries(source.manifest.job))
        guard let series, let loaded = try assembly.jobFile(jobFile).loadIfThere() else { return [] }
        return loaded.configuration.jobs.compactMap { job in
            guard case .verify(let verify) = job.kind, verify.of == series.job,
                series.database.map(verify.databases.selects) ?? true
            else { return nil }
            return verify
        }
    }

    private func prove(_ dump: ForeignDump, _ context: OperationContext, _ assembly: Assembly) async throws {
        var settings = try checks.settings(askedBy: [])
        settings.jobs = jobs
        settings.server = try on.map { try connection.connection($0) }
        settings.keepsScratchDatabase = keep
        let report = try await ForeignVerification(context: context, dump: dump, settings: settings).execute()
        assembly.progress.finish()
        try VerificationRendering.print(report, json: global.json, quiet: global.quiet)
        if report.outcome != .succeeded { throw ArgumentParser.ExitCode(ExitCode(FailureCategory.damaged).rawValue) }
    }

    private func prove(_ source: BackupSource, _ context: OperationContext, _ assembly: Assembly) async throws {
        var settings = try checks.settings(askedBy: provingJobs(of: source, assembly))
        settings.jobs = jobs
        settings.server = try on.map { try connection.connection($0) } ?? scratchServer(assembly)
        settings.keepsScratchDatabase = keep
        let report = try await VerifyOperation(context: context, source: source, settings: settings).execute()
        assembly.progress.finish()
        try VerificationRendering.print(report, json: global.json, quiet: global.quiet)
        if report.outcome != .succeeded { throw ArgumentParser.ExitCode(ExitCode(FailureCategory.damaged).rawValue) }
    }
}
