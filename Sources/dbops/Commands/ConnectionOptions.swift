import ArgumentParser
import JobModel
import Operations
import Postgres

/// Options about PostgreSQL: whom to ask, and with which programs.
struct ConnectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file with the password. Default: PGPASSWORD, ~/.pgpass, a service file.", valueName: "file"))
    var passwordFile: String?

    @Option(
        help: ArgumentHelp(
            "Where pg_dump, pg_restore and the server programs are. Default: the usual places of each major.",
            valueName: "directory"))
    var pgBin: String?

    /// Reads `text` as a libpq URL or conninfo and adds the password of the file.
    func connection(_ text: String) throws -> ConnectionInfo {
        try Self.connection(text, passwordFile: passwordFile)
    }

    /// The same with the password of another file.
    static func connection(_ text: String, passwordFile: String?) throws -> ConnectionInfo {
        let info = try ConnectionInfo(parsing: text)
        guard let passwordFile else { return info }
        return info.with(password: try SecretReader(environment: [:]).read(.file(path: passwordFile)))
    }
}
