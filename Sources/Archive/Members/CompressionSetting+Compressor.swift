package import JobModel

extension CompressionSetting {
    /// A compressor for one worker.
    package func makeCompressor() throws(ArchiveError) -> any Compressor {
        switch self {
        case .gzip: ISALCompressor()
        case .libdeflate(let level): try LibdeflateCompressor(level: level)
        case .zlib(let level): try ZlibCompressor(level: level)
        case .none: try ZlibCompressor(level: 0)
        }
    }
}
