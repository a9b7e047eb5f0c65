@testable import Archive

/// COPY text that compresses as a table of a shop does.
enum StructuredText {
    /// Rows of this many bytes, of which the last may be cut.
    static func rows(sizeInBytes: Int, seed: UInt64) -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        var text: [UInt8] = []
        text.reserveCapacity(sizeInBytes + 100)
        var id = 0
        while text.count < sizeInBytes {
            id += 1
            let state = ["open", "paid", "shipped", "returned"][Int.random(in: 0..<4, using: &generator)]
            let amount = Int.random(in: 0..<1_000_000, using: &generator)
            text += Array(
                "\(id)\t{\"state\": \"\(state)\", \"total\": \(amount)}\tuser\(amount % 991)@example.com\n".utf8)
        }
        return Array(text.prefix(sizeInBytes))
    }

    /// Bytes that do not compress.
    static func noise(sizeInBytes: Int, seed: UInt64) -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        var noise: [UInt8] = []
        noise.reserveCapacity(sizeInBytes + 8)
        while noise.count < sizeInBytes {
            withUnsafeBytes(of: generator.next()) { noise.append(contentsOf: $0) }
        }
        return Array(noise.prefix(sizeInBytes))
    }
}
