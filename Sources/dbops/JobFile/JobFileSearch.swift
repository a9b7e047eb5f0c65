import Foundation
import JobModel

/// Where a job file is looked for. A place that is named, by option or variable, is the only one.
struct JobFileSearch {
    /// `--config`
    let option: String?
    let environment: [String: String]
    let currentDirectory: String

    private var named: String? {
        option ?? environment["DBOPS_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// As the user wrote them, or would write them.
    private var candidates: [String] { named.map { [$0] } ?? ["dbops.toml", "/etc/dbops/dbops.toml"] }

    /// The path of the job file, as complaints show it; nil where none is named and none is there.
    var path: String? {
        named ?? candidates.first { FileManager.default.fileExists(atPath: absolute($0)) }
    }

    func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : "\(currentDirectory)/\(path)"
    }

    var missing: MissingJobFileError { MissingJobFileError(currentDirectory: currentDirectory) }
}

/// There is no job file in any of the places.
struct MissingJobFileError: UserFacingError {
    let currentDirectory: String

    var message: String {
        "there is no job file: --config is not given, DBOPS_CONFIG is not set, and neither ./dbops.toml "
            + "(in \(currentDirectory)) nor /etc/dbops/dbops.toml is there"
    }
    var hint: String? { "Write one with dbops init, or name it: --config FILE." }
    var category: FailureCategory { .configuration }
}

/// A job file that is there, or was named, and cannot be read.
struct UnreadableJobFileError: UserFacingError {
    let path: String
    let reason: String
    let category: FailureCategory

    var message: String { "cannot read the job file \(path): \(reason)" }
    var hint: String? {
        category == .permission
            ? "Run dbops as the user that may read it, or let the user that runs it read it."
            : "Name another: --config FILE; or write it from config/dbops.example.toml, and try it: dbops check."
    }
}
