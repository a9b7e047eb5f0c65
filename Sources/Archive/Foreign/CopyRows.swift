import Foundation

/// The rows of one `COPY … FROM stdin` in a plain SQL dump, up to the line `\.`. However the bytes are cut, the result
/// is the same.
struct CopyRows: Sendable {
    private(set) var rows = 0
    private var isAtLineStart = true
    /// The beginning of what may be the last line.
    private var held: [UInt8] = []
    /// The last bytes of the rows: an error message may stand there.
    private var tail: [UInt8] = []

    private static let endings: [[UInt8]] = [Array("\\.\n".utf8), Array("\\.\r\n".utf8)]
    private static let keptTailInBytes = 2_048

    /// The last rows, or all that there are.
    var lastBytes: [UInt8] { tail + held }

    /// Takes bytes from `start` on; returns those that are rows, and where the bytes after the line `\.` begin: nil
    /// where that line has not come.
    mutating func take(_ bytes: [UInt8], from start: Int) -> (data: [UInt8], end: Int?) {
        var position = start
        var data: [UInt8] = []
        if !held.isEmpty {
            while position < bytes.count, !held.isEmpty {
                let candidate = held + [bytes[position]]
                if Self.endings.contains(candidate) { return finish(data, position + 1) }
                if Self.mayEnd(candidate) {
                    held = candidate
                    position += 1
                } else {
                    data += held
                    held = []
                    isAtLineStart = false
                }
            }
            if !held.isEmpty { return (data, nil) }
        }
        return take(bytes, from: position, after: data)
    }

    private mutating func take(_ bytes: [UInt8], from start: Int, after data: [UInt8]) -> (data: [UInt8], end: Int?) {
        var position = start
        while position < bytes.count {
            if isAtLineStart, bytes[position] == UInt8(ascii: "\\") {
                let line = bytes[position..<min(position + 4, bytes.count)]
                if let ending = Self.endings.first(where: { line.starts(with: $0) }) {
                    return finish(data + bytes[start..<position], position + ending.count)
                }
                if line.endIndex == bytes.count, Self.mayEnd(Array(line)) {
                    held = Array(line)
                    return (remember(data + bytes[start..<position]), nil)
                }
            }
            position = lineEnd(bytes, from: position)
        }
        return (remember(data + bytes[start...]), nil)
    }

    /// Where the next line begins, or the bytes end.
    private mutating func lineEnd(_ bytes: [UInt8], from position: Int) -> Int {
        let length = bytes.withUnsafeBytes { buffer -> Int? in
            guard let base = buffer.baseAddress,
                let found = memchr(base + position, 10, buffer.count - position)
            else { return nil }
            return UnsafeRawPointer(found) - (base + position) + 1
        }
        isAtLineStart = length != nil
        guard let length else { return bytes.count }
        rows += 1
        return position + length
    }

    private mutating func finish(_ data: [UInt8], _ end: Int) -> (data: [UInt8], end: Int?) {
        held = []
        return (data, end)
    }

    private mutating func remember(_ data: [UInt8]) -> [UInt8] {
        tail = Array(
            (tail.suffix(Self.keptTailInBytes) + data.suffix(Self.keptTailInBytes)).suffix(Self.keptTailInBytes))
        return data
    }

    private static func mayEnd(_ candidate: [UInt8]) -> Bool {
        endings.contains { $0.starts(with: candidate) }
    }
}
