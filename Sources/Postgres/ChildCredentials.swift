import Foundation

/// What a client program needs to connect as we do: an argument without secrets, and an environment that names
/// private files with them.
///
/// Passwords never stand in arguments, which all users of the machine can read. Sources: PostgreSQL manual, 34.15
/// "Environment Variables", 34.16 "The Password File", 34.17 "The Connection Service File".
struct ChildCredentials {
    /// For `-d`; nil without a connection.
    let connectionText: String?
    /// The environment of this process as far as a child should see it, and what names the files.
    let environment: [String: String]
    /// Nil where there are no secrets.
    private let directory: OwnedDirectory?

    /// `temporaryDirectory` is where the private folder comes.
    init(
        _ info: ConnectionInfo?, inherited: [String: String], temporaryDirectory: String
    ) throws(PostgresError) {
        var environment = Self.inheritable(inherited)
        guard let info else {
            (connectionText, self.environment, directory) = (nil, environment, nil)
            return
        }
        var visible = info
        var files: [(name: String, text: String)] = []
        let paths =
            info.password == nil && info.sslPassword == nil
            ? nil : try OwnedDirectory(in: temporaryDirectory, purpose: .secrets, runID: "\(getpid())")
        if let password = info.password?.value, let paths {
            environment["PGPASSWORD"] = nil
            if password.contains("\n") {
                // A line of the password file cannot hold it; other users cannot read the environment either.
                environment["PGPASSWORD"] = password
            } else {
                files.append(("passwords", "*:*:*:*:\(Self.escaped(password))\n"))
                environment["PGPASSFILE"] = "\(paths.path)/passwords"
                visible = visible.with("passfile", nil)
            }
        }
        if let passphrase = info.sslPassword?.value, let paths {
            guard info.keywords["service"] == nil, !passphrase.contains("\n") else {
                throw .invalidConnectionString(
                    reason: "sslpassword cannot be passed on to client programs together with service",
                    hint: "Write the service's settings into the connection string.")
            }
            files.append(("services", "[dbops]\nsslpassword=\(passphrase)\n"))
            environment["PGSERVICEFILE"] = "\(paths.path)/services"
            visible = visible.with("service", "dbops")
        }
        for file in files {
            try OwnedDirectory.write(Array(file.text.utf8), to: "\(paths?.path ?? "")/\(file.name)")
        }
        (connectionText, self.environment, directory) = (visible.textWithoutSecrets, environment, paths)
    }

    /// Removes the files.
    func remove() {
        directory?.remove()
    }

    /// Settings of the session that libpq would take from the environment would change the archive's bytes; and
    /// messages should come in the language that they are searched in. Names that begin with a digit, which shells
    /// cannot set, are refused by Subprocess.
    private static func inheritable(_ environment: [String: String]) -> [String: String] {
        let unwanted: Set<String> = [
            "PGCLIENTENCODING", "PGTZ", "PGDATESTYLE", "PGOPTIONS", "PGGEQO", "LANGUAGE", "LC_MESSAGES", "LANG",
        ]
        var rest = environment.filter { !unwanted.contains($0.key) && $0.key.first?.isNumber == false }
        rest["LC_ALL"] = "C.UTF-8"
        return rest
    }

    private static func escaped(_ password: String) -> String {
        password.reduce(into: "") { text, character in
            if character == ":" || character == "\\" { text.append("\\") }
            text.append(character)
        }
    }
}
