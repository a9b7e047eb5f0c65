import ArgumentParser

/// Where the job file is.
struct JobFileOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The job file. Default: $DBOPS_CONFIG, ./dbops.toml, /etc/dbops/dbops.toml; the first that is there.",
            valueName: "file"))
    var config: String?
}
