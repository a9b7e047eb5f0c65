/// The hosts of a connection string that names several, with the ports and addresses that belong to them.
struct HostList {
    private let keywords: [String: String]
    private let hosts: [String]

    /// Nil where there is only one host.
    init?(_ keywords: [String: String]) {
        let names = keywords["host"] ?? keywords["hostaddr"] ?? ""
        hosts = Self.items(names)
        guard hosts.count > 1 else { return nil }
        self.keywords = keywords
    }

    /// The keywords with the hosts that come after `host`; nil where it is the last.
    func keywords(after host: String) -> [String: String]? {
        guard let index = hosts.firstIndex(of: host), index + 1 < hosts.count else { return nil }
        var rest = keywords
        for key in ["host", "hostaddr", "port"] {
            guard let value = keywords[key] else { continue }
            let items = Self.items(value)
            if items.count == hosts.count { rest[key] = items[(index + 1)...].joined(separator: ",") }
        }
        return rest
    }

    private static func items(_ text: String) -> [String] {
        text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
}
