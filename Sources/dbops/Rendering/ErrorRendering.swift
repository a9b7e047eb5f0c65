import ArgumentParser
import Foundation
import JobFile
import JobModel

/// Failures as people read them: what failed and why, then what to do.
enum ErrorRendering {
    static func text(of error: any Error) -> String {
        switch error {
        case let error as JobFileError:
            return error.message
        case let error as any UserFacingError:
            return ["Error: \(error.message)", error.hint, error.runbook.map { "See \($0.path)." }]
                .compactMap { $0 }.joined(separator: "\n")
        case let error as ValidationError:
            return "Error: \(error.message)"
        case is CancellationError:
            return "Stopped; what this run had made is gone again."
        default:
            return "Error: \(error)\nThis looks like a fault of dbops; please report it with this text."
        }
    }

    static func exitCode(of error: any Error) -> Int32 {
        switch error {
        case let error as ArgumentParser.ExitCode: error.rawValue
        case let error as any UserFacingError: ExitCode(error.category).rawValue
        case is CancellationError: ExitCode.interrupted.rawValue
        case is ValidationError: ExitCode.usage.rawValue
        default: ExitCode.defect.rawValue
        }
    }
}
