import JobModel

/// A value for `$1`, `$2`, … of a statement.
enum StatementParameter: Sendable {
    case text(ServerText)
    /// The binary form, as `bytea` has it.
    case binary([UInt8])

    var isBinary: Bool {
        if case .binary = self { true } else { false }
    }

    /// As libpq takes it: text ends with a zero byte.
    func encoded() throws(PostgresError) -> [UInt8] {
        switch self {
        case .binary(let bytes): return bytes
        case .text(let text):
            guard !text.bytes.contains(0) else { throw .unexpectedResult("a parameter holds a zero byte") }
            return text.bytes + [0]
        }
    }
}

extension StatementParameter {
    /// The binary form of a `bytea[]`. Source: `array_recv` in PostgreSQL's `arrayfuncs.c`.
    static func binary(byteaArray elements: [[UInt8]]) -> StatementParameter {
        let byteaOID: UInt32 = 17
        var bytes: [UInt8] = []
        bytes.reserveCapacity(elements.reduce(20) { $0 + 4 + $1.count })
        // Dimensions, no NULLs, the elements' type, the number of them, the index of the first.
        for number in [elements.isEmpty ? 0 : 1, 0, byteaOID] { bytes += number.networkBytes }
        guard !elements.isEmpty else { return .binary(bytes) }
        for number in [UInt32(elements.count), 1] { bytes += number.networkBytes }
        for element in elements {
            bytes += UInt32(element.count).networkBytes
            bytes += element
        }
        return .binary(bytes)
    }
}

extension UInt32 {
    /// The most significant byte first.
    var networkBytes: [UInt8] { withUnsafeBytes(of: bigEndian, Array.init) }
}

/// Calls `body` with pointers to the values, which are valid only there; nil stays nil.
func withPointers<Success>(
    to values: [[UInt8]?], _ body: ([UnsafePointer<CChar>?]) -> Success
) -> Success {
    func descend(_ index: Int, _ pointers: [UnsafePointer<CChar>?]) -> Success {
        guard index < values.count else { return body(pointers) }
        guard let value = values[index] else { return descend(index + 1, pointers + [nil]) }
        return value.withUnsafeBytes { bytes in
            // An empty array has no address, but libpq takes a null pointer for NULL.
            let address = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1) { empty in
                descend(index + 1, pointers + [address ?? UnsafePointer(empty.baseAddress)])
            }
        }
    }
    return descend(0, [])
}
