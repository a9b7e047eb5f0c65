import CZlib
import Synchronization

/// zlib, which is always there.
package final class ZlibCompressor: Compressor {
    /// The lock owns the state, so that the C structures are never used by two threads at once.
    private let state: Mutex<ZlibDeflate>

    /// `level` is 0 (stored) to 9.
    package init(level: Int) throws(ArchiveError) {
        state = Mutex(try ZlibDeflate(level: level))
    }

    package func member(_ bytes: [UInt8]) throws(ArchiveError) -> [UInt8] {
        try state.withLock { state throws(ArchiveError) in try state.member(bytes) }
    }
}

/// A `z_stream` with its output buffer. It cannot be copied, so it frees what it owns exactly once.
private struct ZlibDeflate: ~Copyable {
    /// On the heap, since zlib keeps the address.
    private let stream: UnsafeMutablePointer<z_stream>
    private let output: UnsafeMutableBufferPointer<UInt8>

    private static let outputSize = 256 * 1024
    /// The library counts input in 32 bits.
    private static let largestInput = 1 << 30
    /// The largest window, with gzip's header and trailer.
    private static let gzipWindowBits: Int32 = 15 + 16
    /// zlib's default.
    private static let memoryLevel: Int32 = 8

    init(level: Int) throws(ArchiveError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        output = .allocate(capacity: Self.outputSize)
        let code = deflateInit2_(
            stream, Int32(level), Z_DEFLATED, Self.gzipWindowBits, Self.memoryLevel, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else { throw .compressorFailed(engine: "zlib", code: Int(code)) }
    }

    deinit {
        deflateEnd(stream)
        output.deallocate()
        stream.deallocate()
    }

    func member(_ bytes: [UInt8]) throws(ArchiveError) -> [UInt8] {
        deflateReset(stream)
        var member: [UInt8] = []
        var begin = 0
        repeat {
            let end = min(begin + Self.largestInput, bytes.count)
            try compress(bytes, begin..<end, flush: end == bytes.count ? Z_FINISH : Z_NO_FLUSH, into: &member)
            begin = end
        } while begin < bytes.count
        // zlib states its level and system here, which no checksum covers.
        member.replaceSubrange(..<GzipHeader.size, with: GzipHeader.canonicalBytes)
        return member
    }

    /// Compresses all of `range`: the library stops early only where the output is full.
    private func compress(
        _ bytes: [UInt8], _ range: Range<Int>, flush: Int32, into member: inout [UInt8]
    ) throws(ArchiveError) {
        try bytes.withUnsafeBufferPointer { bytes throws(ArchiveError) in
            // The library reads its input only.
            stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress.map { $0 + range.lowerBound })
            stream.pointee.avail_in = UInt32(range.count)
            repeat {
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = UInt32(Self.outputSize)
                let code = deflate(stream, flush)
                guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else {
                    throw .compressorFailed(engine: "zlib", code: Int(code))
                }
                member += output[..<(Self.outputSize - Int(stream.pointee.avail_out))]
            } while stream.pointee.avail_out == 0
        }
    }
}
