import ArgumentParser

/// `dbops`: the front door for people and scripts.
struct DBOps: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dbops",
        abstract: "Back up PostgreSQL, and prove every backup by restoring it.",
        discussion: """
            EXAMPLES
              dbops backup now --database postgresql://backup@db/shop --to s3://acme/prod
              dbops restore --verify s3://acme/prod/shop/20261121T020000Z-k3v7qa
              dbops list --store s3://acme/prod

            Passwords come from PGPASSWORD, ~/.pgpass, a service file or
            --password-file, never from options. Exit codes: dbops help exit-codes.
            """,
        version: Version.text,
        subcommands: [
            InitCommand.self,
            DaemonCommand.self,
            RunCommand.self,
            BackupCommand.self,
            RestoreCommand.self,
            ListCommand.self,
            ShowCommand.self,
            CopyCommand.self,
            PruneCommand.self,
            MaintainCommand.self,
            CleanCommand.self,
            AdviseCommand.self,
            PinCommand.self,
            UnpinCommand.self,
            AcceptCommand.self,
            RunsCommand.self,
            LogCommand.self,
            NextCommand.self,
            CheckCommand.self,
            DoctorCommand.self,
            HealthCommand.self,
            ReloadCommand.self,
            AcceptClockCommand.self,
            NotifyCommand.self,
            RenderCommand.self,
            ExitCodesCommand.self,
        ])
}
