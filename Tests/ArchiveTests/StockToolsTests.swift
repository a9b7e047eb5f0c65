import JobModel
import Testing

@testable import Archive

@Suite struct StockToolsTests {
    @Test(arguments: CompressorTests.settings)
    func `writes members that gunzip reads`(setting: CompressionSetting) throws {
        var generator = SeededGenerator(seed: 10)
        let rows = CopyText.randomRows(400, using: &generator)
        let object = try TableObject.bytes(of: rows, rowsPerMember: 70, compressor: setting.makeCompressor())
        let inflated = try Shell.bytes("gunzip", input: object)
        #expect(inflated == CopyText.text(of: rows) + TableDataReader.terminator)
    }

    @Test func `reads members that gzip wrote`() throws {
        let stream = Array("a\nb\n".utf8) + TableDataReader.terminator
        let object = try Shell.bytes("gzip -n", input: stream)
        #expect(try TableObject.read([object], header: .plain).digest.rows == 2)
        #expect(throws: ArchiveError.self) { try TableObject.read([object]) }
    }
}
