import ArgumentParser
import JobModel
import Operations

/// `dbops list`
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the backups of a store.",
        discussion: """
            EXAMPLES
              dbops list --store s3://acme/prod
              dbops list shop --store file:///var/backups --json
            """)

    @Argument(help: "Only the backups of this job, or of this database.")
    var job: String?

    @Option(help: ArgumentHelp("The store.", valueName: "store"))
    var store: String

    @OptionGroup(title: "S3") var storeOptions: StoreOptions
    @OptionGroup(title: "Output") var global: GlobalOptions

    func run() async throws {
        let assembly = Assembly(global)
        try await assembly.reportingFailure {
            let (backups, unreadable) = try await BackupCatalog(store: try assembly.store(store, storeOptions))
                .list(job: job)
            for folder in unreadable {
                StandardError.write("Warning: \(folder.url) cannot be used: \(folder.reason)")
            }
            try CatalogRendering.print(backups, json: global.json, quiet: global.quiet)
        }
    }
}
