import Postgres

extension CheckFinding {
    /// Whether others on the way to a server could read along or pose as it; nil where the way is within this machine
    /// and nothing is encrypted.
    static func protection(of server: ConnectedServer, _ subject: String) -> CheckFinding? {
        let advice =
            "Set sslmode=verify-full and sslrootcert=FILE, the file with the authority's certificate, in the URL."
        switch server.protection {
        case .localSocket: return nil
        case .gssapi: return .good(subject, "encrypted by GSSAPI")
        case .tls(let version, .authorityAndName):
            return .good(subject, "encrypted (\(version)), and the server's certificate is verified")
        case .tls(let version, .authority):
            let message = "encrypted (\(version)), and the server's certificate is verified, but not the name in it"
            guard server.isReachedOverNetwork else { return .good(subject, message) }
            return .warning(
                subject, message + ": another server of the same authority could pose as it",
                advice: "Set sslmode=verify-full in the URL.")
        case .tls(let version, .nothing):
            let message = "encrypted (\(version)), but the server's certificate is not verified"
            guard server.isReachedOverNetwork else { return .good(subject, message) }
            return .warning(
                subject, message + ": whoever stands between could pose as it, and read everything", advice: advice)
        case .none:
            guard server.isReachedOverNetwork else { return nil }
            return .warning(
                subject, "the connection over the network is not encrypted: all rows can be read on the way",
                advice: advice)
        }
    }
}
