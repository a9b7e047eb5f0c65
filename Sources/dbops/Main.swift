import ArgumentParser
import Foundation

/// Runs one command and ends the process with its exit code. Nothing else in dbops ends the process, but the second
/// Ctrl-C.
@main
enum Main {
    static func main() async {
        ProcessEnvironment.removeSettingsThatChangeDumps()
        let code = await run(Array(CommandLine.arguments.dropFirst()))
        exit(code)
    }

    private static func run(_ arguments: [String]) async -> Int32 {
        let command: any ParsableCommand
        do {
            command = try DBOps.parseAsRoot(arguments)
        } catch {
            if let unknown = UnknownCommandError(arguments) {
                StandardError.write(ErrorRendering.text(of: unknown))
                return ErrorRendering.exitCode(of: unknown)
            }
            return answer(error)
        }
        let answersSignals = type(of: command) is any AnswersSignalsItself.Type
        let task = Task { () async throws -> Void in
            var command = command
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        }
        let interruption = answersSignals ? nil : Interruption.cancel(task)
        do {
            try await task.value
            return 0
        } catch {
            if let signal = interruption?.signal { return 128 + signal }
            // Help that was asked for by the command `help` comes as an error of that command.
            if DBOps.exitCode(for: error) == .success { return answer(error) }
            return ErrorRendering.exitCode(of: error)
        }
    }

    /// What the argument parser has to say: a complaint, or help and version, which are no failures.
    private static func answer(_ error: any Error) -> Int32 {
        let code = DBOps.exitCode(for: error)
        let text = DBOps.fullMessage(for: error)
        if code == .success { print(text) } else { StandardError.write(text) }
        return code == .success ? 0 : ExitCode.usage.rawValue
    }
}

/// A command that does with signals what it wants: the daemon drains where others stop.
protocol AnswersSignalsItself {}
