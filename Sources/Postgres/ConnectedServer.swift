/// The server that a session really met, as libpq knows it.
package struct ConnectedServer: Hashable, Sendable {
    /// The host's name as given, or the folder of the socket.
    package let host: String
    /// The address; nil for a socket.
    package let hostAddress: String?
    package let port: String
    package let database: String
    package let user: String
    /// For example 150020 for 15.20.
    package let versionNumber: Int
    /// The process that serves the session; behind a pooler a made-up number.
    package let backendProcessID: Int32
    /// The database's encoding, for instance `UTF8`.
    package let encoding: String
    /// What keeps others on the way from reading along.
    package var protection = ConnectionProtection.none

    package var majorVersion: Int { versionNumber / 10_000 }

    /// For messages: `database "shop" on db.internal:5432`.
    package var displayText: String {
        "database \"\(database)\" on \(host.hasPrefix("/") ? "socket \(host)" : host):\(port)"
    }
}
