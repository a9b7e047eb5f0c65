import ArgumentParser

/// What `dbops init` need not ask.
struct SetUpOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The database: any libpq URL or conninfo, without a password.", valueName: "url"))
    var database: String?

    @Option(
        help: ArgumentHelp(
            "A file whose first line is the password. Default: ~/.pgpass, a service file.", valueName: "file"))
    var passwordFile: String?

    @Option(help: ArgumentHelp("A variable that holds the password, for dbops and its daemon.", valueName: "name"))
    var passwordEnv: String?

    @Option(help: ArgumentHelp("Where backups go: s3://BUCKET/PREFIX, file:///PATH or a path.", valueName: "url"))
    var store: String?

    @Option(help: ArgumentHelp("When a backup is made. Default: 0 2 * * *.", valueName: "cron"))
    var schedule: String?

    @Option(help: ArgumentHelp("The IANA zone of the schedules. Default: this host's.", valueName: "zone"))
    var timezone: String?

    @Option(
        help: ArgumentHelp(
            "Who is told of failures: slack, webhook, healthchecks, a mail address, or none, the default.",
            valueName: "whom"))
    var notify: String?

    @Option(
        help: ArgumentHelp(
            "The directory of the history. Default: /var/lib/dbops, or one below the home where that cannot be written.",
            valueName: "directory"))
    var state: String?

    @OptionGroup(title: "S3") var s3: StoreOptions

    func validate() throws {
        if passwordFile != nil, passwordEnv != nil {
            throw ValidationError("--password-file and --password-env exclude each other")
        }
    }
}
