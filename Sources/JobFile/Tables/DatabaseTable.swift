import JobModel

/// `[databases.NAME]`
struct DatabaseTable {
    let surroundings: JobFileSurroundings

    private enum ScratchPlace: String, CaseIterable {
        case throwAwayCluster = "throw-away-cluster"
        case sameServer = "same-server"
    }

    func read(_ section: inout Section, name: String) -> DatabaseTarget? {
        if !section.has("url") { section.complain("\(section.title) needs \"url\": a libpq URL or conninfo") }
        let url = section.connection("url", surroundings)
        let password = section.secret("password", surroundings)
        let readURL = section.connection("read_url", surroundings)
        let (scratch, scratchPassword) = scratch(&section)
        section.finish()
        guard let url else { return nil }
        var target = DatabaseTarget(name: name, url: url)
        target.password = password
        target.readURL = readURL
        target.scratch = scratch
        target.scratchPassword = scratchPassword
        return target
    }

    private func scratch(_ section: inout Section) -> (DatabaseTarget.Scratch, SecretReference?) {
        let url = section.connection("scratch_url", surroundings)
        let password = section.secret("scratch_password", surroundings)
        let place = section.choice("scratch", ScratchPlace.self)
        section.allowOne(of: ["scratch", "scratch_url"])
        if password != nil, !section.has("scratch_url") {
            section.complain("\(section.title) has a scratch password, but no \"scratch_url\" that it would be for")
        }
        if let url { return (.server(url: url), password) }
        return (place == .sameServer ? .sameServer : .throwAwayCluster, nil)
    }
}
