import JobModel
import Testing

@Suite struct `the zones of a machine` {
    /// Files by their paths below `/zones`.
    private func database(_ files: [String: String]) -> ZoneDatabase {
        ZoneDatabase(directory: "/zones") { path in
            files[String(path.dropFirst("/zones/".count))].map { Array($0.utf8) }
        }
    }

    private let list =
        "# version 2026a\nZ Europe/Berlin 0:53:28 - LMT 1893 Ap\nZ America/New_York -4:56:2 - LMT 1883\n"
        + "Z America/Indiana/Knox -5:46:30 - LMT 1883\nL Europe/Berlin Europe/Copenhagen\nL America/New_York EST5EDT\n"

    @Test(arguments: [
        "EST", "CST", "CET", "GMT", "Zulu", "Z", "+02:00", "UTC+2", "utc", "", "/", "/etc/passwd", "../UTC",
        "Europe/../UTC",
        "Europe/", "/Europe/Berlin", "Europe//Berlin", "Europe/Ber lin", "posix/Europe/Berlin", "right/Europe/Berlin",
        "Europe/Berlin\0", "Europe/Bérlin", "Europe/.", "EST5EDT", "localtime", "CET-1CEST,M3.5.0,M10.5.0/3",
    ])
    func `are named by places alone`(name: String) {
        #expect(throws: ZoneError.notAPlace(name: name)) { try ZoneDatabase().rules(named: name) }
    }

    @Test(arguments: [
        "UTC", "Etc/UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "America/Port-au-Prince", "US/Eastern",
    ])
    func `are found`(name: String) throws {
        #expect(try ZoneDatabase().rules(named: name).name == name)
    }

    @Test func `know UTC without any file`() throws {
        #expect(try database([:]).rules(named: "UTC") == .utc)
    }

    @Test(arguments: [
        ("Europe/Berln", ["Europe/Berlin"]), ("europe/berlin", ["Europe/Berlin"]), ("America/New York", []),
        ("America/New-York", ["America/New_York"]), ("America/Knox", ["America/Indiana/Knox"]),
        ("Asia/Copenhagen", ["Europe/Copenhagen"]), ("Mars/Olympus_Mons", []),
    ])
    func `suggest the nearest names`(name: String, nearest: [String]) {
        let error = #expect(throws: ZoneError.self) { try database(["tzdata.zi": list]).rules(named: name) }
        guard case .unknown(_, let found) = error else { return #expect(name.contains(" ")) }
        #expect(found == nearest)
        #expect(error?.hint?.contains(nearest.first ?? "tzdata") == true)
        #expect(error?.category == .usage)
    }

    @Test func `say which package is missing`() {
        let error = #expect(throws: ZoneError.self) { try database([:]).rules(named: "Europe/Berlin") }
        #expect(error == .noZoneFiles(directory: "/zones", name: "Europe/Berlin"))
        #expect(error?.hint?.contains("tzdata") == true)
        #expect(error?.category == .unavailable)
    }

    @Test func `say which file is damaged`() {
        let error = #expect(throws: ZoneError.self) {
            try database(["Europe/Berlin": "TZif2"]).rules(named: "Europe/Berlin")
        }
        #expect(error == .damaged(name: "Europe/Berlin", reason: "it is cut short"))
    }

    @Test func `have a version where they tell it`() {
        #expect(database(["tzdata.zi": list]).version == "2026a")
        #expect(database(["+VERSION": "2026b\n", "tzdata.zi": list]).version == "2026b")
        #expect(database(["tzdata.zi": "Z Europe/Berlin"]).version == nil)
        #expect(database([:]).version == nil)
    }
}
