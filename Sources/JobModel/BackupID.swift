/// The name of one backup: the instant at which it began, in UTC, and six random base32 digits.
///
/// `20261121T020000Z-k3v7qa`. Names sort by time.
package struct BackupID: Hashable, Sendable, CustomStringConvertible {
    package let description: String
    /// The instant in the name.
    package let startedAt: CivilTime

    static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567")

    /// Nil where `text` is not the name of a backup.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let instant = CivilTime(compactText: String(parts[0])), parts[1].count == 6,
            parts[1].allSatisfy({ Self.alphabet.contains($0) })
        else { return nil }
        description = text
        startedAt = instant
    }

    /// A new name for a backup that begins at `instant`.
    package init(startedAt instant: CivilTime, using generator: inout some RandomNumberGenerator) {
        var suffix = ""
        for _ in 0..<6 { suffix.append(Self.alphabet[Int.random(in: 0..<32, using: &generator)]) }
        description = "\(instant.compactText)-\(suffix)"
        startedAt = instant
    }
}

extension BackupID: Codable {
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = BackupID(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not the name of a backup")
        }
        self = id
    }
}
