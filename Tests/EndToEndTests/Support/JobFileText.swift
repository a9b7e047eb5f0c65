import Foundation
import Postgres
import TestSupport
import Testing

extension Workplace {
    /// The path of this workplace's job file.
    var jobFile: String { "\(folder)/dbops.toml" }

    /// Writes the job file.
    func write(jobFile text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: jobFile))
    }

    /// Runs a command with this workplace's job file.
    func runJobFile(_ arguments: String...) async throws -> DBOpsProcess.Result {
        try await run(arguments + ["--config", jobFile])
    }
}

extension TestServer {
    /// How a job file reaches a database as a role, over the socket.
    func address(_ database: String, user: String) -> String {
        cluster.connectionInfo.with(database: database).with(user: user).textWithoutSecrets
    }
}

/// Parts of job files.
enum JobFileText {
    /// A database, a store beside the job file, and a backup job of both.
    static func job(_ name: String = "nightly", of address: String, _ more: String = "") -> String {
        """
        [databases.main]
        url = \"\"\"\(address)\"\"\"
        [stores.local]
        url = "store"
        [jobs.\(name)]
        kind = "backup"
        database = "main"
        stores = ["local"]
        \(more)

        """
    }
}
