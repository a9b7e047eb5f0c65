import CXXHash
import Foundation

/// Digests COPY text as it passes.
package struct RowHasher: Sendable {
    /// The digest of all rows so far.
    package private(set) var digest = RowDigest()

    private let fieldOrder: [Int]?
    /// Work space, kept from row to row.
    private var fields: [Range<Int>] = []
    private var reordered: [UInt8] = []
    /// A row of which only pieces have come; nil between rows.
    private var begunRow: BegunRow?

    /// `fieldOrder` names, for each field of the row as it is hashed, its index in the row as it comes: a leaf
    /// partition whose columns stand in another order than the root's is hashed in the root's order. A row with another
    /// number of fields is hashed as it comes. Default: as it comes.
    package init(fieldOrder: [Int]? = nil) {
        self.fieldOrder = fieldOrder.flatMap { $0.elementsEqual($0.indices) ? nil : $0 }
    }

    /// Adds rows, each with its newline, without the terminator. A row may come in pieces: it counts with its newline.
    package mutating func update(_ chunk: [UInt8]) {
        let begin = continueRow(chunk)
        let end = chunk.withUnsafeBytes { chunk in
            begin + hashRows(UnsafeRawBufferPointer(rebasing: chunk[begin...]), until: .end)
        }
        beginRow(chunk[end...])
    }

    /// Adds to the row that has begun; returns where it ends, which is 0 where none has.
    private mutating func continueRow(_ chunk: [UInt8]) -> Int {
        guard let row = begunRow else { return 0 }
        let end = chunk.firstIndex(of: UInt8(ascii: "\n"))
        row.append(chunk[..<(end ?? chunk.count)])
        guard let end else {
            digest.bytes += chunk.count
            return chunk.count
        }
        let hash = row.end { reorderedHash($0, $1) }
        digest.sum.value &+= UInt128(hash.high64) << 64 | UInt128(hash.low64)
        digest.rows += 1
        digest.bytes += end + 1
        begunRow = nil
        return end + 1
    }

    private mutating func beginRow(_ piece: ArraySlice<UInt8>) {
        guard !piece.isEmpty else { return }
        let row = BegunRow(isKept: fieldOrder != nil)
        row.append(piece)
        digest.bytes += piece.count
        begunRow = row
    }

    enum Stop {
        case end
        /// The end, or a line that begins with `\.`, which no row does.
        case terminator
    }

    /// Adds rows and returns where it stopped, at the latest behind the last newline.
    mutating func hashRows(_ chunk: UnsafeRawBufferPointer, until stop: Stop) -> Int {
        guard let base = chunk.baseAddress else { return 0 }
        var sum = digest.sum.value
        var rows = 0
        var position = 0
        while position < chunk.count {
            let row = base + position
            let rest = chunk.count - position
            if stop == .terminator, Self.beginsTerminator(row, rest) { break }
            guard let length = memchr(row, newline, rest).map({ UnsafeRawPointer($0) - row }) else { break }
            let hash = fieldOrder == nil ? XXH3_128bits(row, length) : reorderedHash(row, length)
            sum &+= UInt128(hash.high64) << 64 | UInt128(hash.low64)
            rows += 1
            position += length + 1
        }
        digest.sum.value = sum
        digest.rows += rows
        digest.bytes += position
        return position
    }

    private static func beginsTerminator(_ row: UnsafeRawPointer, _ count: Int) -> Bool {
        count >= 2 && row.load(as: UInt8.self) == UInt8(ascii: "\\")
            && row.load(fromByteOffset: 1, as: UInt8.self) == UInt8(ascii: ".")
    }

    /// The hash of the row with its fields in ``fieldOrder``.
    private mutating func reorderedHash(_ row: UnsafeRawPointer, _ length: Int) -> XXH128_hash_t {
        findFields(row, length)
        guard let fieldOrder, fieldOrder.count == fields.count else { return XXH3_128bits(row, length) }
        reordered.removeAll(keepingCapacity: true)
        for (position, index) in fieldOrder.enumerated() where fields.indices.contains(index) {
            if position > 0 { reordered.append(UInt8(ascii: "\t")) }
            reordered.append(contentsOf: UnsafeRawBufferPointer(start: row, count: length)[fields[index]])
        }
        return reordered.withUnsafeBytes { XXH3_128bits($0.baseAddress, $0.count) }
    }

    /// Finds where the row's fields stand. A tab within a field is escaped in COPY text.
    private mutating func findFields(_ row: UnsafeRawPointer, _ length: Int) {
        fields.removeAll(keepingCapacity: true)
        var begin = 0
        while let tab = memchr(row + begin, Int32(UInt8(ascii: "\t")), length - begin) {
            let end = UnsafeRawPointer(tab) - row
            fields.append(begin..<end)
            begin = end + 1
        }
        fields.append(begin..<length)
    }
}

private let newline = Int32(UInt8(ascii: "\n"))
