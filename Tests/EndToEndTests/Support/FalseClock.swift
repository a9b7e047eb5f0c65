import Foundation

/// Makes a program believe in another time of day: a library between it and the kernel reads the offset from a file
/// whenever the program looks at its clock. Source: faketime(1).
struct FalseClock {
    /// Nil where libfaketime is not installed.
    static let library = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"]
        .map { "\($0)/faketime/libfaketimeMT.so.1" }.first { FileManager.default.fileExists(atPath: $0) }

    private let file: String

    /// `offset` is relative, such as `+5h`, or absolute, such as `@2020-01-01 00:00:00`.
    init(in workplace: Workplace, _ offset: String) throws {
        file = "\(workplace.folder)/clock"
        try set(offset)
    }

    func set(_ offset: String) throws {
        try Data("\(offset)\n".utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
    }

    /// Starts the program. The library changes the environment of the first process that loads it, which a program of
    /// Swift does not survive: it finds its arguments by the environment's address.
    static let launcher = "/usr/bin/env"

    /// For the program. Its timers go on as they are.
    var environment: [String: String] {
        [
            "LD_PRELOAD": Self.library ?? "", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_NO_CACHE": "1",
            "FAKETIME_TIMESTAMP_FILE": file,
        ]
    }
}
