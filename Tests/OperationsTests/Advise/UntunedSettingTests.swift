import JobModel
import Postgres
import Testing

@testable import Operations

/// From where on a setting is worth a word.
@Suite struct UntunedSettingTests {
    private func finding(
        _ name: String, _ value: String, bytes: Int = 0, reads: Int = 0, milliseconds: Double = 0
    ) throws -> Finding? {
        try UntunedSetting.finding(
            ResultTable(
                columns: ["name", "value", "database_bytes", "reads", "milliseconds"],
                rows: [[ServerText(name), ServerText(value), "\(bytes)", "\(reads)", "\(milliseconds)"]]
            ).onlyRow())
    }

    @Test func `a cache of another age is one where the database has grown`() throws {
        let usual = "\(128 << 20)"
        #expect(try finding("shared_buffers", usual, bytes: 1 << 30) == nil)
        #expect(try finding("shared_buffers", usual, bytes: (1 << 30) + 1)?.severity == .notice)
        #expect(try finding("shared_buffers", "\(256 << 20)", bytes: 1 << 40) == nil)
    }

    @Test func `random pages are cheap where many reads were fast`() throws {
        #expect(try finding("random_page_cost", "4", reads: 100_000, milliseconds: 50_000) != nil)
        #expect(try finding("random_page_cost", "4", reads: 99_999, milliseconds: 50_000) == nil)
        #expect(try finding("random_page_cost", "4", reads: 100_000, milliseconds: 50_001) == nil)
        #expect(try finding("random_page_cost", "4", reads: 100_000, milliseconds: 0) == nil)
        #expect(try finding("random_page_cost", "1.1", reads: 100_000, milliseconds: 50) == nil)
    }

    @Test func `what leaves an administrator blind is off`() throws {
        for (name, value, right) in [
            ("track_io_timing", "off", "on"), ("log_lock_waits", "off", "on"), ("wal_level", "minimal", "logical"),
        ] {
            #expect(try finding(name, value)?.object == name)
            #expect(try finding(name, right) == nil)
        }
    }
}
