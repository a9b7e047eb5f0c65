import Glibc

/// Gives back what only starting, or a long piece of work, needed: a daemon waits for most of its life.
enum IdleMemory {
    /// Drops the pages of program code from this process: they are most of its memory, and waiting needs a small part of
    /// them. Those that are needed again come back from the page cache, as they do after the system was short of memory.
    static func giveBack() {
        for range in codeRanges {
            madvise(UnsafeMutableRawPointer(bitPattern: range.lowerBound), range.count, MADV_DONTNEED)
        }
    }

    /// Where files are mapped to be executed. Such mappings are never written, so dropping their pages loses nothing.
    /// Source: proc_pid_maps(5), madvise(2).
    static var codeRanges: [Range<UInt>] {
        guard let file = fopen("/proc/self/maps", "re") else { return [] }
        defer { fclose(file) }
        var ranges: [Range<UInt>] = []
        var line = [CChar](repeating: 0, count: 8_192)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            if let range = codeRange(of: text) { ranges.append(range) }
        }
        return ranges
    }

    /// Nil for a mapping of another kind. `7f2c3a400000-7f2c3a628000 r-xp 00028000 08:01 1234   /usr/lib/libc.so.6`
    static func codeRange(of line: String) -> Range<UInt>? {
        let words = line.split(separator: " ", maxSplits: 5)
        guard words.count == 6, words[1] == "r-xp", words[5].drop(while: { $0 == " " }).hasPrefix("/") else {
            return nil
        }
        let bounds = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
        guard bounds.count == 2, bounds[0] < bounds[1] else { return nil }
        return bounds[0]..<bounds[1]
    }
}
