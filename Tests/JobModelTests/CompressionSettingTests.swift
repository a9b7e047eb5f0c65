import Testing

@testable import JobModel

@Suite struct CompressionSettingTests {
    @Test(arguments: ["gzip", "zlib:1", "zlib:9", "none"])
    func `reads what it writes`(text: String) {
        #expect(CompressionSetting(text)?.description == text)
    }

    @Test(arguments: ["", "zstd", "zlib", "zlib:", "zlib:0", "zlib:10", "zlib:-1", "zlib:a", "gzip:1", "GZIP", "none "])
    func `refuses all else`(text: String) {
        #expect(CompressionSetting(text) == nil)
    }
}
