import Glibc

/// What this process uses.
package struct ProcessUse: Sendable, Equatable {
    package var residentBytes = 0
    package var cpuSeconds = 0.0

    package init() {}

    /// Now. Source: proc_pid_statm(5), getrusage(2).
    static var current: ProcessUse {
        var use = ProcessUse()
        var usage = rusage()
        if getrusage(RUSAGE_SELF.rawValue, &usage) == 0 {
            use.cpuSeconds = [usage.ru_utime, usage.ru_stime]
                .reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1_000_000 }
        }
        guard let file = fopen("/proc/self/statm", "re") else { return use }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        guard fgets(&line, Int32(line.count), file) != nil else { return use }
        let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        let words = text.split(separator: " ")
        if words.count > 1, let pages = Int(words[1]) { use.residentBytes = pages * Int(getpagesize()) }
        return use
    }
}
