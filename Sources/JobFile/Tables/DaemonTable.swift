import JobModel

/// `[daemon]`
struct DaemonTable {
    let surroundings: JobFileSurroundings

    static let later: Set<String> = ["listen"]

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
        section.finish(later: Self.later)
        return settings
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
