extension ZoneRules {
    /// Reads a compiled zone file. Throws ``ZoneError/damaged(name:reason:)`` where it is cut short or not understood.
    package init(parsing bytes: [UInt8], name: String) throws(ZoneError) {
        do {
            self = try ZoneFileReader(bytes).rules(named: name)
        } catch {
            throw ZoneError.damaged(name: name, reason: error.reason)
        }
    }
}
