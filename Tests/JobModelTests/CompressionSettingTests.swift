import Testing

@testable import JobModel

@Suite struct CompressionSettingTests {
    @Test(arguments: ["gzip", "libdeflate:1", "libdeflate:9", "libdeflate:12", "zlib:1", "zlib:9", "none"])
    func `reads what it writes`(text: String) {
        #expect(CompressionSetting(text)?.description == text)
    }

    @Test(arguments: [
        "", "zstd", "zlib", "zlib:", "zlib:0", "zlib:10", "zlib:-1", "zlib:a", "gzip:1", "GZIP", "none ", "libdeflate",
        "libdeflate:", "libdeflate:0", "libdeflate:13", "libdeflate:05", "libdeflate: 5", "libdeflate:5 ",
        "libdeflat:5",
    ])
    func `refuses all else`(text: String) {
        #expect(CompressionSetting(text) == nil)
    }

    @Test func `reads every engine and level that it offers`() {
        #expect(CompressionSetting.all.count == 23)
        for setting in CompressionSetting.all { #expect(CompressionSetting(setting.description) == setting) }
    }

    @Test(arguments: [
        ("libdeflat:5", "libdeflate:5"), ("LibDeflate:12", "libdeflate:12"),
        ("zlip:6", "zlib:6"), ("gzib", "gzip"), ("GZIP", "gzip"), ("nome", "none"),
    ])
    func `names the setting that was meant`(text: String, meant: String) {
        #expect(CompressionSetting.refusal(of: text).hasSuffix("not \"\(text)\" (did you mean \"\(meant)\"?)"))
    }

    /// Another level than one that there is not is a guess.
    @Test(arguments: ["libdeflate:0", "libdeflate:13", "zlib:0", "zlib:10", "libdeflate", "zstd", "lz4", ""])
    func `guesses no level`(text: String) {
        #expect(
            CompressionSetting.refusal(of: text)
                == "takes gzip, libdeflate:1 to libdeflate:12, zlib:1 to zlib:9, or none; not \"\(text)\"")
    }
}
