import Foundation
import JobModel
import Subprocess
import SystemPackage

/// One run of a program as a child of this process.
///
/// The child has a process group of its own, so a Ctrl-C reaches dbops alone, which then ends its children itself:
/// when the calling task is cancelled, by SIGTERM and, 5 s later, SIGKILL. It inherits no open files.
struct ChildProcess: Sendable {
    var executable: String
    /// Bytes, because names of `SQL_ASCII` databases are bytes.
    var arguments: [ServerText]
    /// The whole environment.
    var environment: [String: String]
    var standardInput: [UInt8] = []
    /// In place of ``standardInput``; closed when the child runs. Default: none.
    var inputDescriptor: FileDescriptor?
    /// Default: the user of this process.
    var user: OperatingSystemUser?

    /// How a child ended, and the end of what it said on standard error.
    struct Ending: Sendable {
        var status: ExitStatus
        var standardError: String
    }

    /// Hands the child's standard output to `body`. When `body` returns before the output's end, the child is ended;
    /// otherwise it is waited for. Throws what `body` throws, or ``PostgresError/toolFailed`` where the program
    /// cannot be started.
    nonisolated(nonsending) func withStandardOutput<Success: Sendable>(
        _ body: nonisolated(nonsending) (ChildOutput) async throws -> Success
    ) async throws -> (Success, Ending) {
        guard !arguments.contains(where: { $0.bytes.contains(0) }) else {
            throw PostgresError.unexpectedResult("an argument for \(executable) holds a zero byte")
        }
        do {
            let result = try await Subprocess.run(
                configuration, input: .fileDescriptor(try inputFile(), closeAfterSpawningProcess: true),
                output: .sequence, error: .sequence
            ) { execution in
                async let standardError = Self.tail(of: execution.standardError)
                let output = ChildOutput(execution.standardOutput)
                let success = try await body(output)
                if !output.isAtEnd { await execution.teardown(using: Self.teardown) }
                return (success, await standardError)
            }
            // A child that was ended by the cancellation looks to the body as if it had come to its end.
            try Task.checkCancellation()
            let (success, standardError) = result.closureResult
            return (success, Ending(status: ExitStatus(result.terminationStatus), standardError: standardError))
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            throw PostgresError.toolFailed(
                tool: executable, status: "could not be run", output: "\(error)", category: .unavailable)
        }
    }

    /// Standard input as a file without a name. The library's own writer ends this process where a child ends before it has
    /// read all.
    private func inputFile() throws(PostgresError) -> FileDescriptor {
        if let inputDescriptor { return inputDescriptor }
        do {
            guard !standardInput.isEmpty else { return try FileDescriptor.open("/dev/null", .readOnly) }
            guard let stream = tmpfile() else { throw Errno(rawValue: errno) }
            defer { fclose(stream) }
            let file = FileDescriptor(rawValue: fcntl(fileno(stream), F_DUPFD_CLOEXEC, 0))
            try file.writeAll(standardInput)
            _ = try file.seek(offset: 0, from: FileDescriptor.SeekOrigin.start)
            return file
        } catch {
            throw .toolFailed(
                tool: executable, status: "could not be run", output: "no file for its input: \(error)",
                category: .unavailable)
        }
    }

    /// How much of standard error is kept.
    static let keptErrorInBytes = 256 << 10

    private static let teardown = [
        TeardownStep.send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(5))
    ]

    /// This process's own, so that relative paths in a connection string mean the same to the child; another user may
    /// not be able to enter that.
    private var workingDirectory: FilePath? { user == nil ? nil : "/" }

    private var configuration: Subprocess.Configuration {
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = Self.teardown
        let variables = environment.map { (Subprocess.Environment.Key(stringLiteral: $0.key), $0.value) }
        let words = (user?.commandPrefix.map { ServerText($0) } ?? []) + [ServerText(executable)] + arguments
        return Configuration(
            // Arguments given as bytes are handed to C as they are: the terminating zero is the caller's.
            executable: .path(FilePath(words[0].text)), arguments: Arguments(words.dropFirst().map { $0.bytes + [0] }),
            environment: .custom(Dictionary(uniqueKeysWithValues: variables)),
            workingDirectory: workingDirectory,
            platformOptions: options)
    }

    /// The end of it; what comes before is read and forgotten, so that the child never waits.
    private static func tail(of sequence: SubprocessOutputSequence) async -> String {
        var bytes: [UInt8] = []
        do {
            for try await buffer in sequence {
                buffer.withUnsafeBytes { bytes += $0 }
                if bytes.count > 2 * keptErrorInBytes { bytes.removeFirst(bytes.count - keptErrorInBytes) }
            }
        } catch {
            // The child's end is known by its status; half a message is better than none.
        }
        return String(decoding: bytes.suffix(keptErrorInBytes), as: UTF8.self).trimmingWhitespace
    }
}

/// What a child process writes to its standard output.
package final class ChildOutput {
    private var iterator: SubprocessOutputSequence.Iterator
    /// Whether all of it was read.
    package private(set) var isAtEnd = false

    init(_ sequence: SubprocessOutputSequence) {
        iterator = sequence.makeAsyncIterator()
    }

    /// The next bytes as they come through the pipe; nil at the end.
    package nonisolated(nonsending) func next() async throws -> [UInt8]? {
        guard !isAtEnd else { return nil }
        guard let buffer = try await iterator.next(isolation: #isolation) else {
            isAtEnd = true
            return nil
        }
        return buffer.withUnsafeBytes { Array($0) }
    }
}

/// How a program ended.
package enum ExitStatus: Hashable, Sendable, CustomStringConvertible {
    case exited(Int)
    case killed(signal: Int)

    init(_ status: TerminationStatus) {
        switch status {
        case .exited(let code): self = .exited(Int(code))
        case .signaled(let signal): self = .killed(signal: Int(signal))
        }
    }

    package var isSuccess: Bool { self == .exited(0) }

    /// For sentences: `pg_dump` …
    package var description: String {
        switch self {
        case .exited(0): "succeeded"
        case .exited(let code): "ended with exit status \(code)"
        case .killed(let signal): "was killed by signal \(signal)"
        }
    }
}
