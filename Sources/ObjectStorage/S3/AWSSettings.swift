/// What the environment and the shared files of the AWS tools say: credentials, region, endpoint.
///
/// A profile named by the store's location comes from the shared files alone. Without one, the environment comes
/// first, then the profile `AWS_PROFILE`, else `default`.
/// Source: "Environment variables" and "Configuration and credential file settings", AWS CLI user guide.
struct AWSSettings {
    let environment: [String: String]
    /// A profile that the store's location names.
    let requestedProfile: String?
    /// The text of a file; nil where there is none.
    let readFile: (_ path: String) -> String?

    private var profile: String { requestedProfile ?? variable("AWS_PROFILE") ?? "default" }

    /// Nil where neither the environment nor the files hold any.
    func credentials(store: String) throws(StorageError) -> S3Credentials? {
        if requestedProfile == nil, let credentials = try environmentCredentials(store: store) { return credentials }
        return try sharedCredentials(store: store)
    }

    /// Nil where nothing names one.
    var region: String? {
        let fromEnvironment = variable("AWS_REGION") ?? variable("AWS_DEFAULT_REGION")
        let fromFiles = configuration?["region"] ?? sharedFile[profile]?["region"]
        return requestedProfile == nil ? fromEnvironment ?? fromFiles : fromFiles ?? fromEnvironment
    }

    /// `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, or the profile's `endpoint_url`; nil means AWS itself.
    var endpoint: String? {
        variable("AWS_ENDPOINT_URL_S3") ?? variable("AWS_ENDPOINT_URL") ?? configuration?["endpoint_url"]
    }

    /// A file of certificate authorities.
    var authoritiesFile: String? { variable("AWS_CA_BUNDLE") ?? variable("SSL_CERT_FILE") }

    var credentialsPath: String? {
        variable("AWS_SHARED_CREDENTIALS_FILE") ?? variable("HOME").map { "\($0)/.aws/credentials" }
    }

    private var configurationPath: String? {
        variable("AWS_CONFIG_FILE") ?? variable("HOME").map { "\($0)/.aws/config" }
    }

    private func environmentCredentials(store: String) throws(StorageError) -> S3Credentials? {
        switch (variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY")) {
        case (let access?, let secret?):
            return S3Credentials(
                accessKey: access, secretKey: secret, sessionToken: variable("AWS_SESSION_TOKEN"))
        case (nil, nil): return nil
        case (let access, _):
            let missing = access == nil ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY"
            throw .configuration(
                store: store, reason: "\(missing) is not set",
                hint: "Set both, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.")
        }
    }

    private func sharedCredentials(store: String) throws(StorageError) -> S3Credentials? {
        let values = sharedFile[profile] ?? configuration ?? [:]
        switch (values["aws_access_key_id"], values["aws_secret_access_key"]) {
        case (let access?, let secret?):
            return S3Credentials(accessKey: access, secretKey: secret, sessionToken: values["aws_session_token"])
        case (nil, nil):
            guard let requestedProfile else { return nil }
            throw .noCredentials(
                store: store, reason: "the profile \"\(requestedProfile)\" holds no access key",
                hint: "Add aws_access_key_id and aws_secret_access_key to [\(requestedProfile)] in \(fileName).")
        default:
            throw .configuration(
                store: store, reason: "the profile \"\(profile)\" holds half a pair of keys",
                hint: "Set both, aws_access_key_id and aws_secret_access_key, in \(fileName).")
        }
    }

    private var fileName: String { credentialsPath ?? "~/.aws/credentials" }

    private var sharedFile: [String: [String: String]] {
        credentialsPath.flatMap(readFile).map(SharedFile.sections) ?? [:]
    }

    /// The profile's section of the configuration file, where all but `default` are called `profile NAME`.
    private var configuration: [String: String]? {
        let sections = configurationPath.flatMap(readFile).map(SharedFile.sections) ?? [:]
        return sections["profile \(profile)"] ?? (profile == "default" ? sections["default"] : nil)
    }

    /// An empty variable counts as unset, as with the AWS tools.
    private func variable(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// The format of the shared files: sections in brackets, `name = value`, comments from `#` or `;` at a line's begin.
enum SharedFile {
    /// The sections by name. Of a setting given twice the last one counts; nested settings (indented) are skipped.
    static func sections(_ text: String) -> [String: [String: String]] {
        var sections: [String: [String: String]] = [:]
        var current: String?
        for line in text.split(whereSeparator: \.isNewline) {
            if let first = line.first, first.isWhitespace || first == "#" || first == ";" { continue }
            if line.hasPrefix("["), let end = line.firstIndex(of: "]") {
                let words = line[..<end].dropFirst().split(whereSeparator: \.isWhitespace)
                let name = words.joined(separator: " ")
                sections[name, default: [:]].merge([:]) { old, _ in old }
                current = name
            } else if let current, let equals = line.firstIndex(of: "=") {
                let name = trimmed(line[..<equals]).lowercased()
                sections[current, default: [:]][name] = trimmed(line[line.index(after: equals)...])
            }
        }
        return sections
    }

    private static func trimmed(_ text: Substring) -> String {
        var rest = text.drop(while: \.isWhitespace)
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
