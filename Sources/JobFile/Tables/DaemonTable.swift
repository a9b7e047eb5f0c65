import JobModel

/// `[daemon]`
struct DaemonTable {
    let surroundings: JobFileSurroundings

    func read(_ section: inout Section) -> DaemonSettings {
        var settings = DaemonSettings()
        if let zone = section.timeZone("timezone", surroundings) { settings.timezone = zone }
        if let state = state(&section) { settings.state = state }
        if let number = section.wholeNumber("concurrency", in: 1...1_000) { settings.concurrency = number }
        settings.concurrencyPerServer = section.wholeNumber("concurrency_per_server", in: 1...1_000)
        if let grace = section.duration("grace", in: .seconds(1) ... .hours(1)) { settings.grace = grace }
        if let grace = section.duration("shutdown_grace", in: .zero ... .days(1)) { settings.shutdownGrace = grace }
        if let spread = section.duration("catch_up_spread", in: .zero ... .days(1)) {
            settings.catchUpSpread = spread
        }
        if let age = section.duration("keep_history", in: .days(1) ... .days(36_500)) {
            settings.keepsHistoryFor = age
        }
        readPage(&section, into: &settings)
        section.finish()
        return settings
    }

    /// What a page tells is not for everybody, and some of it changes what runs.
    private func readPage(_ section: inout Section, into settings: inout DaemonSettings) {
        settings.token = section.secret("token", surroundings)
        if let flag = section.flag("read_only") { settings.isReadOnly = flag }
        let isOff = section.value("listen") == .string("")
        if isOff {
            settings.listen = nil
        } else if let text = section.string("listen", wanted: "an address and a port such as \"127.0.0.1:8432\"") {
            guard let address = ListenAddress(text) else {
                return section.complain(
                    "listen",
                    "\"listen\" takes an address and a port such as \"127.0.0.1:8432\" or \"[::1]:8432\", or \"\" "
                        + "for none, not \"\(text)\"")
            }
            settings.listen = address
        }
        if let address = settings.listen, !address.isLoopback, settings.token == nil {
            section.complain(
                "listen",
                "\"\(address.text)\" can be reached from elsewhere, so it needs \"token_file\" or \"token_env\"")
        }
    }

    private func state(_ section: inout Section) -> DaemonSettings.State? {
        let password = section.secret("state_password", surroundings)
        guard case .string(let text)? = section.value("state"), text.hasPrefix("postgres") && text.contains("://")
        else {
            if password != nil {
                section.complain("state", "a password is of use only where \"state\" is a postgresql:// URL")
            }
            return section.filePath("state", surroundings).map { .directory(path: $0) }
        }
        return section.connection("state", surroundings).map { .postgres(url: $0, password: password) }
    }
}
