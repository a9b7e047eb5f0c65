import Glibc
import Testing

@testable import Daemon

@Suite struct IdleMemoryTests {
    @Test(arguments: [
        ("7f2c3a400000-7f2c3a628000 r-xp 00028000 08:01 1234                       /usr/lib/libc.so.6", true),
        ("7f2c3a400000-7f2c3a628000 r-xp 00028000 08:01 1234    /opt/a b/program (deleted)", true),
        ("7f2c3a400000-7f2c3a628000 rwxp 00028000 08:01 1234                       /usr/lib/libc.so.6", false),
        ("7f2c3a400000-7f2c3a628000 r--p 00028000 08:01 1234                       /usr/lib/libc.so.6", false),
        ("7f2c3a400000-7f2c3a628000 r-xp 00000000 00:00 0                          [vdso]", false),
        ("7f2c3a400000-7f2c3a628000 r-xp 00000000 00:00 0 ", false),
    ])
    func `takes only code that was read from a file`(line: String, isCode: Bool) {
        #expect(IdleMemory.codeRange(of: line) == (isCode ? 0x7f2c_3a40_0000..<0x7f2c_3a62_8000 : nil))
    }

    @Test func `finds this program's own code, and can go on without its pages`() throws {
        let ranges = IdleMemory.codeRanges
        #expect(ranges.contains { $0.count > 100_000 })
        IdleMemory.giveBack()
        #expect(IdleMemory.codeRanges == ranges)
    }
}
