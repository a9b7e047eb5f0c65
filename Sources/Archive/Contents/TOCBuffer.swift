import JobModel

/// The bytes of a table of contents as far as they have arrived, and a position that moves over whole fields only.
struct TOCBuffer: Sendable {
    /// Why a field could not be read.
    enum Stop: Error {
        /// The field goes on in bytes that have not arrived.
        case incomplete
        case damaged(String)
        case unknownVersion(ArchiveVersion)
    }

    /// No text of a server is longer: it cannot hold a value of 1 GiB. A damaged length is noticed by this.
    static let maximumTextSize = 1 << 30

    var bytes: [UInt8] = []
    private(set) var position = 0

    /// The next `count` bytes.
    mutating func take(_ count: Int) throws(Stop) -> ArraySlice<UInt8> {
        guard bytes.count - position >= count else { throw .incomplete }
        defer { position += count }
        return bytes[position..<(position + count)]
    }

    mutating func byte() throws(Stop) -> UInt8 {
        guard position < bytes.count else { throw .incomplete }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func number() throws(Stop) -> Int {
        let start = position
        let field = try take(TOCNumber.size)
        guard let number = TOCNumber.value(of: field) else {
            throw .damaged("byte \(start) begins no number")
        }
        return number
    }

    /// Nil is pg_dump's NULL.
    mutating func text() throws(Stop) -> ServerText? {
        let start = position
        let length = try number()
        guard length >= 0 else { return nil }
        guard length <= Self.maximumTextSize else {
            throw .damaged("the text at byte \(start) claims \(length) bytes")
        }
        guard bytes.count - position >= length else {
            position = start
            throw .incomplete
        }
        return ServerText(bytes: try take(length))
    }

    /// A text that must not be NULL.
    mutating func requiredText() throws(Stop) -> ServerText {
        let start = position
        guard let text = try text() else { throw .damaged("the text at byte \(start) is missing") }
        return text
    }

    /// Goes back to the beginning, so that the header can be read again when more has arrived.
    mutating func rewind() { position = 0 }

    /// Forgets what stands behind the position.
    mutating func dropRest() { bytes.removeLast(bytes.count - position) }
}
