import ArgumentParser
import JobModel
import ObjectStorage
import Operations

/// `dbops copy`
struct CopyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy", abstract: "Copy a backup to another store.",
        discussion: """
            The copy stands under the same job and id, with the evidence of its
            verifications. Each object is held to the manifest while it passes; a damaged
            backup is not copied. What is there already, whole, is not copied again, so the
            same command goes on where an earlier one broke off.

            Two S3 stores on different servers: name them in a job file, and here by their
            names there.

            EXAMPLES
              dbops copy /var/backups/shop/20261121T020000Z-k3v7qa s3://acme/prod
              dbops copy 20261121T020000Z-k3v7qa offsite --store file:///var/backups
            """)

    @Argument(help: "The backup: an s3:// or file:// URL, a path, JOB@latest or JOB/DATABASE@latest, or an id.")
    var backup: String

    @Argument(help: "The store to copy to: s3://BUCKET/PREFIX, file:///PATH, a path, or a name of the job file.")
    var target: String

    @Option(
        help: ArgumentHelp(
            "The store of a backup that is named by job or id. Default: those of the job file.", valueName: "store"))
    var store: String?

    @Flag(help: "Print what would be copied, and copy nothing.")
    var dryRun = false

    @OptionGroup(title: "Job file") var jobFile: JobFileOption
    @OptionGroup(title: "S3") var storeOptions: StoreOptions
    @OptionGroup(title: "Output") var global: GlobalOptions

    func run() async throws {
        let assembly = Assembly(global)
        try await assembly.reportingFailure {
            let source = try await assembly.backup(backup, in: store, jobFile, storeOptions)
            let target = try assembly.store(target, jobFile, storeOptions)
            let operation = CopyOperation(context: assembly.context(toolsIn: nil), source: source, target: target)
            if dryRun {
                let plan = try await operation.plan()
                assembly.progress.finish()
                try CopyRendering.print(plan, to: target.location, json: global.json)
            } else {
                let report = try await operation.execute()
                assembly.progress.finish()
                try CopyRendering.print(report, json: global.json, quiet: global.quiet)
            }
        }
    }
}
