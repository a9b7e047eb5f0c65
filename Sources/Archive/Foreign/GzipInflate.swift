import CZlib
import Synchronization

/// Reads what any gzip program wrote, however its headers look: every byte belongs to a member, the checksum and the
/// length of each hold, and it ends where a member ends.
///
/// Hand bytes in with ``append(_:)``, then take pieces with ``next()`` until there is none. Source: RFC 1952; `inflate`
/// in zlib.h.
package final class GzipInflate: Sendable {
    /// The lock owns the state, so that the C structures are never used by two threads at once.
    private let state: Mutex<GzipInflateState>

    /// `object` names the file in errors.
    package init(object: String) throws(ArchiveError) {
        state = Mutex(try GzipInflateState(object: object))
    }

    /// Hands in the next bytes; call it when ``next()`` has returned nil.
    package func append(_ bytes: [UInt8]) {
        state.withLock { $0.append(bytes) }
    }

    /// The next inflated bytes, at most 256 KiB; nil where it takes more to go on.
    package func next() throws(ArchiveError) -> [UInt8]? {
        try state.withLock { state throws(ArchiveError) in try state.next() }
    }

    /// Throws where the bytes must not end here.
    package func finish() throws(ArchiveError) {
        try state.withLock { state throws(ArchiveError) in try state.finish() }
    }
}

/// A `z_stream` with its output buffer. It cannot be copied, so it frees what it owns exactly once.
private struct GzipInflateState: ~Copyable {
    private let object: String
    /// On the heap, since zlib keeps the address.
    private let stream: UnsafeMutablePointer<z_stream>
    private let output: UnsafeMutableBufferPointer<UInt8>
    private var input: [UInt8] = []
    private var position = 0
    /// The number of bytes before ``input``.
    private var offset = 0
    private var isWithinMember = false
    private var members = 0
    /// Whether the last piece filled the output, so that zlib may hold more.
    private var wasFull = false

    private static let outputSize = 256 * 1024
    /// The largest window, with gzip's header and trailer.
    private static let gzipWindowBits: Int32 = 15 + 16

    init(object: String) throws(ArchiveError) {
        self.object = object
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        output = .allocate(capacity: Self.outputSize)
        let code = inflateInit2_(stream, Self.gzipWindowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else { throw .compressorFailed(engine: "zlib", code: Int(code)) }
    }

    deinit {
        inflateEnd(stream)
        output.deallocate()
        stream.deallocate()
    }

    mutating func append(_ bytes: [UInt8]) {
        offset += position
        input = position == input.count ? bytes : Array(input[position...]) + bytes
        position = 0
    }

    mutating func next() throws(ArchiveError) -> [UInt8]? {
        while position < input.count || (wasFull && isWithinMember) {
            if !isWithinMember { try begin() }
            let piece = try inflatePiece()
            if !piece.isEmpty { return piece }
        }
        return nil
    }

    func finish() throws(ArchiveError) {
        guard !isWithinMember else {
            throw damaged("it is cut off: its gzip data do not end, after \(offset + position) bytes")
        }
        guard members > 0 else { throw damaged("it is empty") }
    }

    private mutating func begin() throws(ArchiveError) {
        guard input[position] == 0x1f else {
            let place = members == 0 ? "it does not begin with gzip data" : "other bytes follow its gzip data"
            throw damaged("\(place), at byte \(offset + position)")
        }
        inflateReset(stream)
        isWithinMember = true
        wasFull = false
    }

    private mutating func inflatePiece() throws(ArchiveError) -> [UInt8] {
        let available = input.count - position
        let code = input.withUnsafeMutableBufferPointer { input in
            stream.pointee.next_in = input.baseAddress.map { $0 + position }
            stream.pointee.avail_in = UInt32(clamping: available)
            stream.pointee.next_out = output.baseAddress
            stream.pointee.avail_out = UInt32(output.count)
            return inflate(stream, Z_NO_FLUSH)
        }
        let consumed = Int(UInt32(clamping: available)) - Int(stream.pointee.avail_in)
        position += consumed
        wasFull = stream.pointee.avail_out == 0
        switch code {
        case Z_STREAM_END:
            isWithinMember = false
            members += 1
        case Z_OK, Z_BUF_ERROR: break
        default: throw damaged("its gzip data are wrong before byte \(offset + position): \(Self.words(stream, code))")
        }
        return Array(output[..<(output.count - Int(stream.pointee.avail_out))])
    }

    private static func words(_ stream: UnsafeMutablePointer<z_stream>, _ code: Int32) -> String {
        stream.pointee.msg.map { String(cString: $0) } ?? "zlib says \(code)"
    }

    private func damaged(_ reason: String) -> ArchiveError { .damaged(object: object, reason: reason) }
}
