import CISAL
import Synchronization

/// ISA-L's igzip at level 1.
package final class ISALCompressor: Compressor {
    /// The lock owns the state, so that the C structures are never used by two threads at once.
    private let state: Mutex<ISALDeflate>

    package init() {
        state = Mutex(ISALDeflate())
    }

    package func member(_ bytes: [UInt8]) throws(ArchiveError) -> [UInt8] {
        try state.withLock { state throws(ArchiveError) in try state.member(bytes) }
    }
}

/// An `isal_zstream` with its work space. It cannot be copied, so it frees what it owns exactly once.
private struct ISALDeflate: ~Copyable {
    private let stream: UnsafeMutablePointer<isal_zstream>
    private let levelBuffer: UnsafeMutableBufferPointer<UInt8>
    private let output: UnsafeMutableBufferPointer<UInt8>

    /// `ISAL_DEF_LVL1_DEFAULT` of igzip_lib.h.
    private static let levelBufferSize = (4 + 2 * 8 + 4 * 64) * 1024
    private static let outputSize = 256 * 1024
    /// The library counts input in 32 bits.
    private static let largestInput = 1 << 30

    init() {
        stream = .allocate(capacity: 1)
        levelBuffer = .allocate(capacity: Self.levelBufferSize)
        output = .allocate(capacity: Self.outputSize)
        isal_deflate_init(stream)
        stream.pointee.level = 1
        stream.pointee.level_buf = levelBuffer.baseAddress
        stream.pointee.level_buf_size = UInt32(Self.levelBufferSize)
        // The trailer is the library's; the header is not, since it would be left out of every member but the first.
        stream.pointee.gzip_flag = UInt16(IGZIP_GZIP_NO_HDR)
        stream.pointee.flush = UInt16(NO_FLUSH)
    }

    deinit {
        output.deallocate()
        levelBuffer.deallocate()
        stream.deallocate()
    }

    func member(_ bytes: [UInt8]) throws(ArchiveError) -> [UInt8] {
        isal_deflate_reset(stream)
        var member = GzipHeader.canonicalBytes
        var begin = 0
        repeat {
            let end = min(begin + Self.largestInput, bytes.count)
            stream.pointee.end_of_stream = end == bytes.count ? 1 : 0
            try compress(bytes, begin..<end, into: &member)
            begin = end
        } while begin < bytes.count
        return member
    }

    /// Compresses all of `range`: the library stops early only where the output is full.
    private func compress(
        _ bytes: [UInt8], _ range: Range<Int>, into member: inout [UInt8]
    ) throws(ArchiveError) {
        try bytes.withUnsafeBufferPointer { bytes throws(ArchiveError) in
            // The library reads its input only.
            stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress.map { $0 + range.lowerBound })
            stream.pointee.avail_in = UInt32(range.count)
            repeat {
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = UInt32(Self.outputSize)
                let code = isal_deflate(stream)
                guard code == COMP_OK else { throw .compressorFailed(engine: "ISA-L", code: Int(code)) }
                member += output[..<(Self.outputSize - Int(stream.pointee.avail_out))]
            } while stream.pointee.avail_out == 0 || stream.pointee.avail_in > 0
        }
    }
}
