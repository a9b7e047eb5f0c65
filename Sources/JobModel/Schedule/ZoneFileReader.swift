/// Reads a compiled zone file (TZif), of version 2 or later. Source: RFC 8536, 3.
struct ZoneFileReader {
    /// Why a file cannot be used: a phrase.
    struct Fault: Error, Equatable {
        let reason: String
    }

    private struct Header {
        let version: UInt8
        let utcIndicators, standardIndicators, leapSeconds, changes, types, letters: Int

        /// The length of the block that follows, with times of so many bytes.
        func blockLength(timeSize: Int) -> Int {
            changes * (timeSize + 1) + types * 6 + letters + leapSeconds * (timeSize + 4) + standardIndicators
                + utcIndicators
        }
    }

    private static let headerLength = 44
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    func rules(named name: String) throws(Fault) -> ZoneRules {
        let first = try header(at: 0)
        guard first.version >= UInt8(ascii: "2") else {
            throw Fault(reason: "it is of version 1, without 64-bit times")
        }
        let second = Self.headerLength + first.blockLength(timeSize: 4)
        let header = try header(at: second)
        let block = second + Self.headerLength
        let footerStart = block + header.blockLength(timeSize: 8)
        guard footerStart < bytes.count else { throw Fault(reason: "it is cut short") }
        guard header.types > 0 else { throw Fault(reason: "it has no offsets") }
        guard header.leapSeconds == 0 else { throw Fault(reason: "it counts leap seconds") }
        let offsets = try offsets(at: block + header.changes * 9, count: header.types)
        return ZoneRules(
            name: name, changes: try changes(at: block, count: header.changes, offsets: offsets),
            initialOffset: offsets[0], footer: try footer(at: footerStart))
    }

    private func header(at position: Int) throws(Fault) -> Header {
        guard position + Self.headerLength <= bytes.count else { throw Fault(reason: "it is cut short") }
        guard bytes[position..<position + 4].elementsEqual("TZif".utf8) else {
            throw Fault(reason: "it is no compiled zone file")
        }
        func count(_ index: Int) -> Int { Int(number(at: position + 20 + index * 4, size: 4)) }
        return Header(
            version: bytes[position + 4], utcIndicators: count(0), standardIndicators: count(1), leapSeconds: count(2),
            changes: count(3), types: count(4), letters: count(5))
    }

    /// The offset of each local time type.
    private func offsets(at position: Int, count: Int) throws(Fault) -> [Int] {
        var offsets: [Int] = []
        for index in 0..<count {
            let offset = Int(Int32(truncatingIfNeeded: number(at: position + index * 6, size: 4)))
            // 25 hours behind to 26 hours ahead, as the RFC bounds them.
            guard (-89_999...93_599).contains(offset) else {
                throw Fault(reason: "it has an offset of \(offset) seconds")
            }
            offsets.append(offset)
        }
        return offsets
    }

    private func changes(at position: Int, count: Int, offsets: [Int]) throws(Fault) -> [ZoneRules.Change] {
        var changes: [ZoneRules.Change] = []
        changes.reserveCapacity(count)
        for index in 0..<count {
            let start = Int(number(at: position + index * 8, size: 8))
            let type = Int(bytes[position + count * 8 + index])
            guard type < offsets.count else { throw Fault(reason: "a change names an offset that is not there") }
            guard start >= ZoneRules.beginningOfTime, start < ZoneRules.endOfTime,
                changes.last.map({ $0.start < start }) ?? true
            else { throw Fault(reason: "its changes are not in order") }
            changes.append(ZoneRules.Change(start: start, offset: offsets[type]))
        }
        return changes
    }

    /// The rule between two line feeds at the end; nil where it is empty.
    private func footer(at position: Int) throws(Fault) -> POSIXZone? {
        let lineFeed = UInt8(ascii: "\n")
        let footer = bytes[position...]
        guard footer.count >= 2, footer.first == lineFeed, footer.last == lineFeed else {
            throw Fault(reason: "it is cut short")
        }
        let text = footer.dropFirst().dropLast()
        guard !text.isEmpty else { return nil }
        guard let zone = POSIXZoneParser.parse(text) else {
            throw Fault(reason: "its rule \"\(String(decoding: text, as: UTF8.self))\" is not understood")
        }
        return zone
    }

    /// A big-endian number; the caller has seen to it that it lies within the file.
    private func number(at position: Int, size: Int) -> Int64 {
        var number: UInt64 = 0
        for byte in bytes[position..<position + size] { number = number << 8 | UInt64(byte) }
        return Int64(bitPattern: number)
    }
}
