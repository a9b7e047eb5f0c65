@testable import Archive

/// COPY text as a server writes it.
enum CopyText {
    /// Rows of up to four fields, among them empty rows and rows with escapes and any byte but the separators.
    static func randomRows(_ count: Int, using generator: inout SeededGenerator) -> [[UInt8]] {
        (0..<count).map { _ in
            let fields = (0..<Int.random(in: 0...4, using: &generator)).map { _ in field(using: &generator) }
            return Array(fields.joined(separator: [UInt8(ascii: "\t")]))
        }
    }

    private static func field(using generator: inout SeededGenerator) -> [UInt8] {
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: []
        case 1: Array("\\N".utf8)
        case 2: Array("\\\\.".utf8)
        case 3: Array("line\\nbreak\\ttab\\\\".utf8)
        default:
            (0..<Int.random(in: 1...60, using: &generator)).map { _ in
                let byte = UInt8.random(in: .min ... .max, using: &generator)
                return [0x09, 0x0a, 0x0d, 0x5c].contains(byte) ? UInt8(ascii: "x") : byte
            }
        }
    }

    /// The rows, each with its newline.
    static func text(of rows: some Sequence<[UInt8]>) -> [UInt8] {
        rows.flatMap { $0 + [UInt8(ascii: "\n")] }
    }

    static func digest(of rows: [[UInt8]], fieldOrder: [Int]? = nil) -> RowDigest {
        var hasher = RowHasher(fieldOrder: fieldOrder)
        hasher.update(text(of: rows))
        return hasher.digest
    }

    /// `bytes` cut into pieces of random sizes, some empty.
    static func cut(_ bytes: [UInt8], largest: Int, using generator: inout SeededGenerator) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 0...largest, using: &generator))
            pieces.append(Array(piece))
            rest = rest.dropFirst(piece.count)
        }
        return pieces
    }
}
