import JobModel

extension Assembly {
    /// The zones of this machine; `TZDIR` names another place, as for the C library.
    var zones: ZoneDatabase {
        let directory = ProcessEnvironment.all["TZDIR"].flatMap { $0.isEmpty ? nil : $0 }
        return ZoneDatabase(directory: directory ?? ZoneDatabase.defaultDirectory)
    }

    /// The instant that an option names; now where there is none.
    func instant(_ text: String?) throws -> CivilTime {
        guard let text else { return CivilTime(SystemWallClock().now) }
        guard let instant = CivilTime(rfc3339: text) else { throw InstantError(text: text) }
        return instant
    }
}

/// An option that names no instant.
struct InstantError: UserFacingError {
    let text: String
    var message: String { "\"\(text)\" is not an instant" }
    var hint: String? { "Write it as 2027-01-01T00:00:00Z or 2027-01-01T01:00:00+01:00." }
    var category: FailureCategory { .usage }
}
