package import JobModel

/// Something in a job file that is wrong, or worth a warning, and where.
package struct JobFileFinding: Hashable, Sendable, Comparable {
    package let position: Position
    /// Lower case, without a full stop; never holds a secret.
    package let message: String

    package init(position: Position, message: String) {
        self.position = position
        self.message = message
    }

    /// `dbops.toml:18:1: unknown key "retantion"`, as compilers write it.
    package func text(in fileName: String) -> String {
        "\(fileName):\(position.line):\(position.column): \(message)"
    }

    package static func < (left: JobFileFinding, right: JobFileFinding) -> Bool {
        (left.position, left.message) < (right.position, right.message)
    }
}

/// A job file is refused as a whole, with everything that is wrong in it.
package struct JobFileError: UserFacingError, Equatable {
    package let fileName: String
    /// At least one; in the order of the file.
    package let faults: [JobFileFinding]

    package init(fileName: String, faults: [JobFileFinding]) {
        self.fileName = fileName
        self.faults = faults.sorted()
    }

    /// One line for each fault.
    package var message: String { faults.map { $0.text(in: fileName) }.joined(separator: "\n") }
    package var hint: String? { nil }
    package var category: FailureCategory { .configuration }
}
