import Foundation

/// The time zones that are installed on this machine.
package struct ZoneDatabase: Sendable {
    /// The usual place of zone files.
    package static let defaultDirectory = "/usr/share/zoneinfo"

    private let directory: String
    private let readFile: @Sendable (String) -> [UInt8]?

    /// `readFile` returns nil where there is no such file. Default: it reads the disk.
    package init(
        directory: String = Self.defaultDirectory,
        readFile: @escaping @Sendable (String) -> [UInt8]? = {
            FileManager.default.contents(atPath: $0).map { [UInt8]($0) }
        }
    ) {
        self.directory = directory
        self.readFile = readFile
    }

    /// The rules of a zone by its IANA name, such as `Europe/Berlin`. `UTC` needs no file.
    ///
    /// Names without a slash are refused, but for `UTC`: they are abbreviations, which mean several zones, or old names.
    package func rules(named name: String) throws(ZoneError) -> ZoneRules {
        if name == "UTC" { return .utc }
        guard Self.isPlace(name) else { throw ZoneError.notAPlace(name: name) }
        guard let bytes = readFile("\(directory)/\(name)") else { throw absence(of: name) }
        return try ZoneRules(parsing: bytes, name: name)
    }

    /// The version of the zone files, such as `2026a`; nil where they do not tell.
    package var version: String? {
        if let text = text(of: "+VERSION")?.trimmingCharacters(in: .whitespacesAndNewlines), !text.isEmpty {
            return text
        }
        let mark = "# version "
        guard let line = text(of: "tzdata.zi")?.prefix(while: { $0 != "\n" }), line.hasPrefix(mark) else { return nil }
        return String(line.dropFirst(mark.count))
    }

    /// `Area/Place`: no path that leads elsewhere, and none of the directories that hold all zones once more.
    private static func isPlace(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 2, name.utf8.count <= 100, parts[0] != "posix", parts[0] != "right" else { return false }
        return parts.allSatisfy { part in
            part.utf8.first.map(isLetter) ?? false
                && part.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || "_+-".utf8.contains($0) }
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte & 0xDF) }

    private func absence(of name: String) -> ZoneError {
        let isInstalled = ["tzdata.zi", "zone1970.tab", "zone.tab", "Etc/UTC"].contains {
            readFile("\(directory)/\($0)") != nil
        }
        guard isInstalled else { return .noZoneFiles(directory: directory, name: name) }
        return .unknown(name: name, nearest: ZoneNames(list: text(of: "tzdata.zi") ?? "").nearest(to: name))
    }

    private func text(of file: String) -> String? {
        readFile("\(directory)/\(file)").map { String(decoding: $0, as: UTF8.self) }
    }
}
