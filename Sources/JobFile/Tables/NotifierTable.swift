import JobModel

/// `[notifiers.NAME]`
struct NotifierTable {
    let surroundings: JobFileSurroundings

    enum Kind: String, CaseIterable {
        case webhook
        case slack
        case healthchecks
        case email
    }

    func read(_ section: inout Section, name: String) -> NotifierSettings? {
        guard section.has("kind") else {
            section.complain("\(section.title) needs \"kind\": webhook, slack, healthchecks or email")
            return nil
        }
        guard let kind = section.choice("kind", Kind.self) else { return nil }
        let how = self.kind(kind, &section)
        let events = events(&section)
        section.finish { key in
            if kind != .email, key == "url" { return "would hold a secret: name it by \"url_file\" or \"url_env\"" }
            let homes = Kind.allCases.filter { $0 != kind && keys(of: $0).contains(key) }.map(\.rawValue)
            return homes.isEmpty ? nil : "is a key of notifiers of kind \(Section.listed(homes)), not \(kind.rawValue)"
        }
        guard let how else { return nil }
        var settings = NotifierSettings(name: name, kind: how)
        if let events { settings.events = events }
        return settings
    }

    /// The keys that a kind of notifier takes.
    func keys(of kind: Kind) -> Set<String> {
        var section = Section(path: ["notifiers", "any"], members: ["kind": .string(kind.rawValue)])
        _ = section.choice("kind", Kind.self)
        _ = self.kind(kind, &section)
        _ = events(&section)
        return section.knownKeys
    }

    private func kind(_ kind: Kind, _ section: inout Section) -> NotifierSettings.Kind? {
        if kind == .email { return EmailTable(surroundings: surroundings).read(&section).map { .email($0) } }
        let url = section.secret("url", surroundings)
        if !section.has("url_file"), !section.has("url_env"), !section.has("url") {
            section.complain("\(section.title) needs \"url_file\" or \"url_env\"")
        }
        switch kind {
        case .webhook:
            let secret = section.secret("secret", surroundings)
            return url.map { .webhook(url: $0, secret: secret) }
        case .slack: return url.map { .slack(url: $0) }
        case .healthchecks: return url.map { .healthchecks(url: $0) }
        case .email: return nil
        }
    }

    private func events(_ section: inout Section) -> Set<NotifierSettings.Event>? {
        guard let words = section.strings("on") else { return nil }
        let all = NotifierSettings.Event.allCases.map(\.rawValue)
        var events: Set<NotifierSettings.Event> = []
        for (index, word) in words.enumerated() {
            guard let event = NotifierSettings.Event(rawValue: word) else {
                section.complain(element: index, of: "on", section.notAChoice("on", word, among: all))
                continue
            }
            events.insert(event)
        }
        if words.isEmpty { section.complain("on", "this notifier would never be told anything: \"on\" is empty") }
        return events
    }
}

/// The keys of a notifier of kind `email`.
struct EmailTable {
    let surroundings: JobFileSurroundings

    func read(_ section: inout Section) -> EmailSettings? {
        let host = section.string("host")
        let port = section.wholeNumber("port", in: 1...65_535)
        let encryption = section.choice("encryption", EmailSettings.Encryption.self) ?? .startTLS
        let user = section.string("user")
        let password = section.secret("password", surroundings)
        let from = section.string("from")
        let to = section.stringOrStrings("to")
        for key in ["host", "from", "to"] where !section.has(key) {
            section.complain("\(section.title) needs \"\(key)\"")
        }
        for (key, addresses) in [("from", from.map { [$0] } ?? []), ("to", to ?? [])] {
            for address in addresses where !MailAddress.isUsable(address) {
                section.complain(
                    key, "\"\(address)\" is not a mail address that can be used: NAME@HOST, in ASCII")
            }
        }
        if to?.isEmpty == true { section.complain("to", "\"to\" names nobody") }
        checkPassword(&section, user: user, password: password, encryption)
        guard let host, let from, let to else { return nil }
        return EmailSettings(
            host: host, port: port ?? Self.port(encryption), encryption: encryption, user: user, password: password,
            from: from, to: to)
    }

    private func checkPassword(
        _ section: inout Section, user: String?, password: SecretReference?, _ encryption: EmailSettings.Encryption
    ) {
        guard password != nil else { return }
        if user == nil { section.complain("\(section.title) has a password, but no \"user\"") }
        if encryption == .none {
            section.complain("encryption", "the password would be sent unencrypted: use \"starttls\" or \"tls\"")
        }
    }

    private static func port(_ encryption: EmailSettings.Encryption) -> Int {
        switch encryption {
        case .startTLS: 587
        case .tls: 465
        case .none: 25
        }
    }
}
