package import Postgres

/// How a verification is made.
package struct VerifySettings: Sendable {
    /// Sessions that load and compare at the same time. Default: 4.
    package var jobs = 4
    /// A server for the scratch database. Default: a throw-away cluster made beside dbops.
    package var server: ConnectionInfo?
    /// Leaves the scratch database, under another name. Default: false.
    package var keepsScratchDatabase = false
    /// Writes the evidence beside the backup. Default: true.
    package var storesEvidence = true
    /// Looks at the restored database once it is proven, before it is dropped; nothing that comes of it counts.
    /// Default: nobody does.
    var inspect: (@Sendable (ConnectionInfo) async -> Void)?

    package init() {}
}
