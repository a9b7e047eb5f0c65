import Foundation
package import JobModel

/// The time zone of this host, by its IANA name.
package struct HostZone {
    let environment: [String: String]
    /// Where the link `/etc/localtime` leads; nil where it is none.
    let link: String?
    /// The content of `/etc/timezone`, as Debian writes it.
    let file: String?

    /// What this host says.
    package static func current(_ environment: [String: String]) -> HostZone {
        HostZone(
            environment: environment,
            link: try? FileManager.default.destinationOfSymbolicLink(atPath: "/etc/localtime"),
            file: try? String(contentsOfFile: "/etc/timezone", encoding: .utf8))
    }

    /// The first name that job files take: `TZ`, the link, the file; else UTC.
    package func name(in zones: ZoneDatabase) -> String {
        let variable = environment["TZ"].map { $0.hasPrefix(":") ? String($0.dropFirst()) : $0 }
        let linked = link.flatMap { path in
            path.firstRange(of: "zoneinfo/").map { String(path[$0.upperBound...]) }
        }
        let written = file?.trimmingCharacters(in: .whitespacesAndNewlines)
        let names = [variable, linked, written].compactMap { $0 }.map(Self.plain)
        return names.first { (try? zones.rules(named: $0)) != nil } ?? "UTC"
    }

    /// The many names of UTC.
    private static func plain(_ name: String) -> String {
        ["Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "Etc/GMT", "GMT", "UCT", "Zulu"].contains(name)
            ? "UTC" : name
    }
}
