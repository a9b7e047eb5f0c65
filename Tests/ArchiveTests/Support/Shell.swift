import Foundation
import Testing

/// Runs programs of the machine, to compare our bytes with theirs.
enum Shell {
    /// The standard output of a shell command; fails where the command does.
    @discardableResult
    static func run(_ command: String, input: [UInt8] = [], environment: [String: String] = [:]) throws -> String {
        String(decoding: try bytes(command, input: input, environment: environment), as: UTF8.self)
    }

    /// As ``run(_:input:environment:)``, for output that need not be UTF-8.
    static func bytes(_ command: String, input: [UInt8] = [], environment: [String: String] = [:]) throws -> [UInt8] {
        let folder = try Folder()
        try folder.write(input, to: "in")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", "set -eo pipefail; { \(command)\n} < \(folder.path)/in > \(folder.path)/out"]
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(command)")
        return try folder.bytes("out")
    }
}
