import Foundation
package import JobModel

/// A program that reads standard input and writes standard output, for instance `zstd -dc`.
package struct FilterProgram: Sendable {
    package let path: String
    let environment: [String: String]

    /// Runs it with what `next` returns, until nil, and hands what it writes to `send`. An error of either ends it and
    /// is thrown.
    package func run(
        _ arguments: [String], from next: @escaping @Sendable () async throws -> [UInt8]?,
        into send: @escaping @Sendable ([UInt8]) async throws -> Void
    ) async throws -> ToolOutput {
        let credentials = try ChildCredentials(nil, inherited: environment, temporaryDirectory: "/tmp")
        let child = ChildProcess(
            executable: path, arguments: arguments.map { ServerText($0) }, environment: credentials.environment)
        let ending = try await child.filter(from: next, into: send)
        return ToolOutput(status: ending.status, standardOutput: [], standardError: ending.standardError)
    }
}

extension ClientTools {
    /// A program of another kind in the folders of `PATH`; nil where there is none.
    package func filter(_ name: String) -> FilterProgram? {
        let folders = (environment["PATH"] ?? "").split(separator: ":")
        let paths: [String] = folders.map { "\($0)/\(name)" }
        let path = paths.first { access($0, X_OK) == 0 }
        return path.map { FilterProgram(path: $0, environment: environment) }
    }
}

extension ClientTool {
    /// Runs the program, without a connection, with what `next` returns, until nil, and hands what it writes to `send`.
    /// An error of either ends it and is thrown.
    package func filter(
        _ arguments: [ServerText], from next: @escaping @Sendable () async throws -> [UInt8]?,
        into send: @escaping @Sendable ([UInt8]) async throws -> Void
    ) async throws -> ToolOutput {
        let program = FilterProgram(path: path, environment: environment)
        return try await program.run(arguments.map(\.text), from: next, into: send)
    }
}
