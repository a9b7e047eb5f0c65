package import JobModel

extension ClientTool {
    /// Runs the program to its end and returns what it wrote, whatever its exit status.
    ///
    /// With a `connection`, `-d` with its text without secrets (for pg_amcheck that text alone) is put before the
    /// `arguments`, and secrets come by
    /// private files. `environment` is added to that of this process, from which what would change a session's
    /// settings is taken out; messages are English. A cancelled task ends the program and throws
    /// `CancellationError`. Output beyond `outputLimitInBytes` throws.
    package nonisolated(nonsending) func run(
        _ arguments: [ServerText], connection: ConnectionInfo? = nil, environment: [String: String] = [:],
        standardInput: [UInt8] = [], outputLimitInBytes: Int = 256 << 20
    ) async throws -> ToolOutput {
        let (bytes, output) = try await withStandardOutput(
            arguments, connection: connection, environment: environment, standardInput: standardInput
        ) { output in
            var bytes: [UInt8] = []
            while let next = try await output.next() {
                bytes += next
                guard bytes.count <= outputLimitInBytes else {
                    throw PostgresError.unexpectedResult("\(name.rawValue) wrote more than \(outputLimitInBytes) bytes")
                }
            }
            return bytes
        }
        return ToolOutput(status: output.status, standardOutput: bytes, standardError: output.standardError)
    }

    /// Runs the program as ``run(_:connection:environment:standardInput:outputLimitInBytes:)`` does, and throws
    /// ``PostgresError/toolFailed`` unless it succeeds.
    package nonisolated(nonsending) func runSuccessfully(
        _ arguments: [ServerText], connection: ConnectionInfo? = nil, environment: [String: String] = [:],
        standardInput: [UInt8] = [], outputLimitInBytes: Int = 256 << 20
    ) async throws -> ToolOutput {
        let output = try await run(
            arguments, connection: connection, environment: environment, standardInput: standardInput,
            outputLimitInBytes: outputLimitInBytes)
        guard output.status.isSuccess else { throw failure(output) }
        return output
    }

    /// Runs the program while `body` reads its standard output. When `body` returns before the end of the output, the
    /// program is ended (SIGTERM; SIGKILL after 5 s), and the status says so; otherwise it is waited for.
    package nonisolated(nonsending) func withStandardOutput<Success: Sendable>(
        _ arguments: [ServerText], connection: ConnectionInfo? = nil, environment: [String: String] = [:],
        standardInput: [UInt8] = [], _ body: nonisolated(nonsending) (ChildOutput) async throws -> Success
    ) async throws -> (Success, ToolOutput) {
        let credentials = try ChildCredentials(
            connection, inherited: self.environment, temporaryDirectory: temporaryDirectory)
        defer { credentials.remove() }
        let connectionArguments: [ServerText] = credentials.connectionText.map(name.connectionArguments) ?? []
        let child = ChildProcess(
            executable: path, arguments: connectionArguments + arguments,
            environment: credentials.environment.merging(environment) { $1 }, standardInput: standardInput)
        let (success, ending) = try await child.withStandardOutput(body)
        let words = connection?.redacting(ending.standardError) ?? ending.standardError
        return (success, ToolOutput(status: ending.status, standardOutput: [], standardError: words))
    }

    /// The error for a run that should have succeeded; its category comes from the program's own words.
    package func failure(_ output: ToolOutput) -> PostgresError {
        .toolFailed(
            tool: name.rawValue, status: output.status.description,
            output: Self.words(output.standardError, of: name), category: Self.category(of: output.standardError))
    }

    /// On one line, and without the program's own name before each.
    static func words(_ standardError: String, of name: Name) -> String {
        let lines = standardError.split(separator: "\n").map { line in
            var rest = line[...]
            for prefix in ["\(name.rawValue): ", "error: "] where rest.hasPrefix(prefix) {
                rest = rest.dropFirst(prefix.count)
            }
            return rest.trimmingWhitespace
        }
        return String(lines.joined(separator: "; ").suffix(8_192))
    }

    private static func category(of words: String) -> FailureCategory {
        let signs: [(phrase: String, category: FailureCategory)] = [
            ("password authentication failed", .permission), ("no password supplied", .permission),
            ("permission denied", .permission), ("must be owner", .permission), ("must be superuser", .permission),
            ("must be member of role", .permission), ("must be able to SET ROLE", .permission),
            ("No space left on device", .cannotWrite), ("Read-only file system", .cannotWrite),
            ("too many connections", .tryLater), ("due to lock timeout", .tryLater),
            ("could not connect", .unavailable), ("connection to server", .unavailable),
        ]
        return signs.first { words.contains($0.phrase) }?.category ?? .failed
    }
}
