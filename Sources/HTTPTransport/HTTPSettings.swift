/// How a transport reaches servers.
package struct HTTPSettings: Sendable, Equatable {
    /// A PEM file of the certificate authorities to trust in place of the system's. Default: the system's.
    package var authoritiesFile: String?
    /// Name resolution, TCP and TLS together. Default: 15 s.
    package var connectTimeout: Duration
    /// More requests to one host than this wait for a free connection. Default: 16.
    package var connectionsPerHost: Int

    package init(
        authoritiesFile: String? = nil, connectTimeout: Duration = .seconds(15), connectionsPerHost: Int = 16
    ) {
        self.authoritiesFile = authoritiesFile
        self.connectTimeout = connectTimeout
        self.connectionsPerHost = connectionsPerHost
    }
}
