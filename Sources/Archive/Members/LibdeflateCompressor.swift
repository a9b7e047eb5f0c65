import CLibdeflate
import Synchronization

/// libdeflate, which makes less of the same bytes than the other engines.
///
/// Memory: 2 MiB, from level 10 on 10 MiB. The library compresses whole buffers only: more bytes than a chunk of a table
/// has take as much again while the call lasts.
package final class LibdeflateCompressor: Compressor {
    /// The lock owns the state, so that the C structure is never used by two threads at once.
    private let state: Mutex<Libdeflate>

    /// `level` is 1 to 12.
    package init(level: Int) throws(ArchiveError) {
        state = Mutex(try Libdeflate(level: level))
    }

    package func member(_ bytes: [UInt8]) throws(ArchiveError) -> [UInt8] {
        try state.withLock { state throws(ArchiveError) in try state.member(bytes) }
    }
}

/// A `libdeflate_compressor` with its output buffer. It cannot be copied, so it frees what it owns exactly once.
private struct Libdeflate: ~Copyable {
    private let compressor: OpaquePointer
    /// Room for a chunk of a table.
    private let output: UnsafeMutableRawBufferPointer

    private static let commonInput = 1 << 20

    init(level: Int) throws(ArchiveError) {
        guard let compressor = libdeflate_alloc_compressor(Int32(level)) else {
            throw .compressorFailed(engine: "libdeflate", code: level)
        }
        self.compressor = compressor
        output = .allocate(
            byteCount: libdeflate_gzip_compress_bound(compressor, Self.commonInput), alignment: 1)
    }

    deinit {
        output.deallocate()
        libdeflate_free_compressor(compressor)
    }

    func member(_ bytes: [UInt8]) throws(ArchiveError) -> [UInt8] {
        let bound = libdeflate_gzip_compress_bound(compressor, bytes.count)
        guard bound > output.count else { return try compress(bytes, into: output) }
        let largeOutput = UnsafeMutableRawBufferPointer.allocate(byteCount: bound, alignment: 1)
        defer { largeOutput.deallocate() }
        return try compress(bytes, into: largeOutput)
    }

    private func compress(
        _ bytes: [UInt8], into output: UnsafeMutableRawBufferPointer
    ) throws(ArchiveError) -> [UInt8] {
        let size = bytes.withUnsafeBytes {
            libdeflate_gzip_compress(compressor, $0.baseAddress, $0.count, output.baseAddress, output.count)
        }
        // 0 says that the output is too small, which its bound excludes.
        guard size > 0 else { throw .compressorFailed(engine: "libdeflate", code: 0) }
        // The library states its level here, which no checksum covers.
        output.copyBytes(from: GzipHeader.canonicalBytes)
        return Array(output[..<size])
    }
}
