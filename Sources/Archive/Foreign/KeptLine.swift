import JobModel

/// The text of a comment or of a command of psql, which end with their line; as much of it as anybody looks at.
struct KeptLine: Sendable {
    private var bytes: [UInt8]

    private static let longestInBytes = 16 << 10

    init(_ bytes: [UInt8] = []) { self.bytes = bytes }

    mutating func append(_ byte: UInt8) {
        if bytes.count < Self.longestInBytes { bytes.append(byte) }
    }

    /// Without the carriage return of other systems.
    var text: ServerText { ServerText(bytes: bytes.last == 13 ? bytes.dropLast() : bytes[...]) }
}
