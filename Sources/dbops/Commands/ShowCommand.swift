import ArgumentParser
import JobModel
import Operations

/// `dbops show`
struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one backup: what is in it, where it comes from, when it was proven.",
        discussion: """
            EXAMPLES
              dbops show nightly@latest
              dbops show s3://acme/prod/shop/20261121T020000Z-k3v7qa
              dbops show 20261121T020000Z-k3v7qa --store file:///var/backups
            """)

    @Argument(help: "The backup: an s3:// or file:// URL, a path, JOB@latest or JOB/DATABASE@latest, or an id.")
    var backup: String

    @Option(
        help: ArgumentHelp(
            "The store of a backup that is named by job or id. Default: those of the job file.", valueName: "store"))
    var store: String?

    @OptionGroup(title: "Job file") var jobFile: JobFileOption
    @OptionGroup(title: "S3") var storeOptions: StoreOptions
    @OptionGroup(title: "Output") var global: GlobalOptions

    func run() async throws {
        let assembly = Assembly(global)
        try await assembly.reportingFailure {
            let source = try await assembly.backup(backup, in: store, jobFile, storeOptions)
            try CatalogRendering.print(
                source, verification: try await source.standingProof(), marks: try await source.marks(),
                json: global.json)
        }
    }
}
