import Foundation

/// Runs the dbops that was built beside the tests, as a user would: a process of its own, a clean environment, a home
/// and a folder for temporary files that nobody else uses.
package struct DBOpsProcess: Sendable {
    /// What a run has said, and how it ended.
    package struct Result: Sendable {
        package let ending: RunningProgram.Ending
        package let standardOutput: String
        package let standardError: String

        /// Nil where a signal ended it.
        package var exitCode: Int32? {
            if case .exited(let code) = ending { return code }
            return nil
        }

        /// Standard output, line by line.
        package var lines: [String] { standardOutput.split(separator: "\n").map(String.init) }

        /// Each line of standard output, which must be a JSON object.
        package func objects() throws -> [[String: Any]] {
            try lines.map { line in
                guard let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
                    throw CocoaError(.propertyListReadCorrupt)
                }
                return object
            }
        }
    }

    /// The environment of every run.
    package var environment: [String: String]
    /// A program that starts dbops in its own place, by its path. Default: none.
    package var launcher: String?
    /// `TMPDIR` of every run.
    package let temporaryFolder: String
    private let outputFolder: String

    /// The program: beside the bundle of the tests.
    package static let path: String = {
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: program).deletingLastPathComponent().appendingPathComponent("dbops").path
    }()

    /// `folder` gets the home, the temporary files and the outputs. `path` are the folders in which programs are found.
    package init(folder: String, path: [String]) throws {
        temporaryFolder = "\(folder)/tmp"
        outputFolder = "\(folder)/output"
        let home = "\(folder)/home"
        for folder in [temporaryFolder, outputFolder, home] {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        environment = [
            "PATH": path.joined(separator: ":"), "HOME": home, "TMPDIR": temporaryFolder, "LC_ALL": "C.UTF-8",
        ]
    }

    /// Starts `dbops` and returns at once.
    package func start(_ arguments: [String]) throws -> RunningProgram {
        guard let launcher else {
            return try RunningProgram(Self.path, arguments, environment: environment, folder: outputFolder)
        }
        return try RunningProgram(launcher, [Self.path] + arguments, environment: environment, folder: outputFolder)
    }

    /// Runs `dbops` to its end.
    package func run(_ arguments: [String]) async throws -> Result {
        await Self.result(of: try start(arguments))
    }

    /// Waits for a run's end.
    package static func result(of program: RunningProgram) async -> Result {
        let ending = await program.ending()
        return Result(
            ending: ending, standardOutput: program.standardOutput, standardError: program.standardError)
    }
}
