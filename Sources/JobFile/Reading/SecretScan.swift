import Foundation

/// Finds secrets where the job file must not have any: in URLs and connection strings. Never repeats what it finds.
enum SecretScan {
    /// Why `text` may not stand in a job file; nil where it holds no secret that can be seen.
    static func complaint(about text: String) -> String? {
        if hasPasswordBeforeHost(text) { return "a password in front of the host" }
        let plain = text.removingPercentEncoding ?? text
        let names =
            /(?:^|[?&;\s])\s*([A-Za-z_.-]*(?:password|passwd|secret|access_?key|token|signature|credential)[A-Za-z_.-]*)\s*=/
            .ignoresCase()
        if let match = plain.firstMatch(of: names) { return "a value for \(match.1.lowercased())" }
        return nil
    }

    /// `scheme://user:password@host`. A special character that was not encoded may move the end of the password
    /// anywhere, so the last `@` counts, and a port must be a number.
    private static func hasPasswordBeforeHost(_ text: String) -> Bool {
        guard let scheme = text.firstRange(of: "://") else { return false }
        let rest = text[scheme.upperBound...]
        let withoutQuery = rest.prefix { $0 != "?" && $0 != "#" }
        if let at = withoutQuery.lastIndex(of: "@") {
            return withoutQuery[..<at].contains(":") || withoutQuery[..<at].lowercased().contains("%3a")
        }
        return hasOddPort(rest.prefix { $0 != "/" && $0 != "?" })
    }

    /// `host:secret`, which is what is left of `user:se/cret@host` or `user:se?cret@host`.
    private static func hasOddPort(_ hosts: Substring) -> Bool {
        hosts.split(separator: ",").contains { host in
            let afterAddress = host.lastIndex(of: "]").map { host[$0...].dropFirst() } ?? host
            guard let colon = afterAddress.firstIndex(of: ":") else { return false }
            return !afterAddress[colon...].dropFirst().allSatisfy { $0.isASCII && $0.isNumber }
        }
    }
}

/// Keys under which people expect to write a secret itself.
enum SecretKey {
    static func matches(_ key: String) -> Bool {
        let words = ["password", "passwd", "passphrase", "secret", "token", "access_key", "api_key", "private_key"]
        return words.contains { key.lowercased().contains($0) }
    }
}
