/// The name of one run of dbops: what it makes (scratch databases, clusters, heartbeats) bears this name, so that a
/// later run knows whose it is. Twelve random base32 digits, fit for SQL identifiers and file names.
package struct RunID: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(using generator: inout some RandomNumberGenerator) {
        var text = ""
        for _ in 0..<12 { text.append(BackupID.alphabet[Int.random(in: 0..<32, using: &generator)]) }
        description = text
    }

    /// Nil where `text` is not the name of a run.
    package init?(_ text: String) {
        guard text.count == 12, text.allSatisfy({ BackupID.alphabet.contains($0) }) else { return nil }
        description = text
    }
}

extension RunID: Codable {
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = RunID(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not the name of a run")
        }
        self = id
    }
}
