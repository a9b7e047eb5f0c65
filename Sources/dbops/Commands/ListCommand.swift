import ArgumentParser
import JobModel
import ObjectStorage
import Operations

/// `dbops list`
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the backups of a store.",
        discussion: """
            Without --store the stores of the job file are listed: those of JOB, or all.

            EXAMPLES
              dbops list
              dbops list nightly
              dbops list nightly/shop
              dbops list --store s3://acme/prod
              dbops list shop --store file:///var/backups --json
            """)

    @Argument(help: "Only the backups of this job, of JOB/DATABASE, or of this database.")
    var job: String?

    @Option(help: ArgumentHelp("The store, or the name of one in the job file.", valueName: "store"))
    var store: String?

    @OptionGroup(title: "Job file") var jobFile: JobFileOption
    @OptionGroup(title: "S3") var storeOptions: StoreOptions
    @OptionGroup(title: "Output") var global: GlobalOptions

    func run() async throws {
        let assembly = Assembly(global)
        try await assembly.reportingFailure {
            let stores = try stores(assembly)
            var backups: [BackupCatalog.Entry] = []
            var failures: [any Error] = []
            for store in stores {
                do {
                    backups += try await list(store)
                } catch let error as StorageError where stores.count > 1 {
                    StandardError.write("Warning: \(error.message)")
                    failures.append(error)
                }
            }
            if let failure = failures.first, failures.count == stores.count { throw failure }
            try CatalogRendering.print(backups, json: global.json, quiet: global.quiet)
            if !failures.isEmpty { throw ArgumentParser.ExitCode(ExitCode.partial.rawValue) }
        }
    }

    private func list(_ store: any ObjectStore) async throws -> [BackupCatalog.Entry] {
        let catalog = BackupCatalog(store: store)
        // A name alone is a job with all of its databases; JOB/DATABASE is one of them.
        let isWhole = job.map { BackupSeries($0).database == nil } ?? false
        let (backups, unreadable) =
            isWhole ? try await catalog.list(jobWithDatabases: job ?? "") : try await catalog.list(job: job)
        for folder in unreadable {
            StandardError.write("Warning: \(folder.url) cannot be used: \(folder.reason)")
        }
        return backups
    }

    /// The store that is named, else those of the job, else all of the job file.
    private func stores(_ assembly: Assembly) throws -> [any ObjectStore] {
        if let store { return [try assembly.store(store, jobFile, storeOptions)] }
        guard let configuration = try assembly.jobFile(jobFile).loadIfThere()?.configuration else {
            throw ValidationError("Name the store: --store STORE, or a job file with stores: --config FILE.")
        }
        guard let job else { return try configuration.stores.map { try assembly.targets.store($0) } }
        let (_, backup) = try assembly.backupJob(BackupSeries(job).job, in: configuration)
        return try backup.stores.compactMap(configuration.store).map { try assembly.targets.store($0) }
    }
}
