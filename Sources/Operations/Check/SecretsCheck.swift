package import JobModel

/// Whether the secrets that a job file names are there, and nobody else's to read. Nothing is connected to.
package struct SecretsCheck {
    private let configuration: Configuration
    private let secrets: SecretReader

    package init(configuration: Configuration, secrets: SecretReader) {
        self.configuration = configuration
        self.secrets = secrets
    }

    /// Warnings only: the check may run on another machine than the jobs.
    package var findings: [CheckFinding] {
        references.compactMap { subject, reference in
            do throws(SecretError) {
                _ = try secrets.read(reference)
            } catch {
                return .warning(subject, error.message, advice: error.hint)
            }
            return secrets.warning(about: reference).map { .warning(subject, $0) }
        }
    }

    private var references: [(subject: String, reference: SecretReference)] {
        var references: [(String, SecretReference?)] = []
        if case .postgres(_, let password) = configuration.daemon.state { references.append(("daemon", password)) }
        for database in configuration.databases {
            references.append(("database \(database.name)", database.password))
            references.append(("database \(database.name)", database.scratchPassword))
        }
        for job in configuration.jobs {
            if case .advise(let settings) = job.kind {
                references.append(("job \(job.name)", settings.pgbouncerPassword))
            }
        }
        for notifier in configuration.notifiers {
            let subject = "notifier \(notifier.name)"
            switch notifier.kind {
            case .webhook(let url, let secret): references += [(subject, url), (subject, secret)]
            case .slack(let url), .healthchecks(let url): references.append((subject, url))
            case .email(let settings): references.append((subject, settings.password))
            }
        }
        return references.compactMap { subject, reference in reference.map { (subject, $0) } }
    }
}
