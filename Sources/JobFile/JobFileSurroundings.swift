package import JobModel

/// What the meaning of a job file depends on beside its text, handed in so that decoding has no effects.
package struct JobFileSurroundings: Sendable {
    /// The absolute path that relative paths count from: the folder of the job file.
    package var folder: String
    package var zones: ZoneDatabase
    /// Why libpq cannot use a connection string, without repeating it; nil where it can.
    package var connectionComplaint: @Sendable (_ text: String) -> String?
    /// Why a text is no query that could be a check; nil where it is one. Default: every text is.
    package var queryComplaint: @Sendable (_ sql: String) -> String?

    package init(
        folder: String, zones: ZoneDatabase, connectionComplaint: @escaping @Sendable (_ text: String) -> String?,
        queryComplaint: @escaping @Sendable (_ sql: String) -> String? = { _ in nil }
    ) {
        self.folder = folder
        self.zones = zones
        self.connectionComplaint = connectionComplaint
        self.queryComplaint = queryComplaint
    }

    /// An absolute path; a relative one counts from ``folder``.
    func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : (folder.hasSuffix("/") ? folder : folder + "/") + path
    }
}
