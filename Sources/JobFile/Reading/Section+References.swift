import JobModel

/// Values that point at something outside the job file.
extension Section {
    /// `<name>_file` or `<name>_env`.
    mutating func secret(_ name: String, _ surroundings: JobFileSurroundings) -> SecretReference? {
        let (fileKey, environmentKey) = ("\(name)_file", "\(name)_env")
        let file = filePath(fileKey, surroundings)
        let variable = string(environmentKey, wanted: "the name of a variable of the environment")
        allowOne(of: [fileKey, environmentKey])
        if let file { return .file(path: file) }
        guard let variable else { return nil }
        guard variable.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) != nil else {
            complain(environmentKey, "\"\(environmentKey)\" takes the name of a variable, not the secret itself")
            return nil
        }
        return .environment(name: variable)
    }

    /// An absolute path of this machine.
    mutating func filePath(_ key: String, _ surroundings: JobFileSurroundings) -> String? {
        guard let path = string(key, wanted: "a path") else { return nil }
        guard !path.hasPrefix("~") else {
            complain(key, "\"\(key)\" begins with ~, which only shells know: write the path out")
            return nil
        }
        guard !path.contains("://") else {
            complain(key, "\"\(key)\" takes a path, not a URL")
            return nil
        }
        return surroundings.absolute(path)
    }

    /// A libpq URL or conninfo without a secret.
    mutating func connection(_ key: String, _ surroundings: JobFileSurroundings) -> String? {
        guard let text = string(key, wanted: "a libpq URL or conninfo"), refuseSecrets(in: text, key) else {
            return nil
        }
        if let complaint = surroundings.connectionComplaint(text) {
            complain(key, "\"\(key)\" cannot be used: \(complaint)")
            return nil
        }
        return text
    }

    /// False, and a complaint, where `text` holds a secret.
    mutating func refuseSecrets(in text: String, _ key: String) -> Bool {
        guard let found = SecretScan.complaint(about: text) else { return true }
        complain(
            key,
            "\"\(key)\" holds \(found): the job file holds no secrets, name a file or a variable "
                + "(a special character that is no secret is percent-encoded, for instance @ as %40)")
        return false
    }

    /// The name of one of the file's databases, which the job must have.
    mutating func database() -> String? {
        if !has("database") { complain("\(title) needs \"database\"") }
        return string("database", wanted: "the name of a database of this file")
    }

    mutating func timeZone(_ key: String, _ surroundings: JobFileSurroundings) -> String? {
        guard let name = string(key, wanted: "an IANA time zone such as \"Europe/Berlin\"") else { return nil }
        do throws(ZoneError) {
            _ = try surroundings.zones.rules(named: name)
            return name
        } catch {
            complain(key, error)
            return nil
        }
    }
}
