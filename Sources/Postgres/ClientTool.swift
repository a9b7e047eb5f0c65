import JobModel

/// A program of PostgreSQL at a place, with its version.
package struct ClientTool: Hashable, Sendable {
    package enum Name: String, Sendable, CaseIterable {
        case pgDump = "pg_dump"
        case pgRestore = "pg_restore"
        case pgDumpAll = "pg_dumpall"
        case psql
        case pgAmcheck = "pg_amcheck"
        case initdb
        case postgres
        case pgCtl = "pg_ctl"

        /// Debian's package with this program of a major version.
        package func debianPackage(major: Int) -> String {
            switch self {
            case .pgDump, .pgRestore, .pgDumpAll, .psql, .pgAmcheck: "postgresql-client-\(major)"
            case .initdb, .postgres, .pgCtl: "postgresql-\(major)"
            }
        }

        /// The arguments that make a program connect: where others take `-d` for a connection string, pg_amcheck takes it
        /// for a pattern of names.
        func connectionArguments(_ text: String) -> [ServerText] {
            self == .pgAmcheck ? [ServerText(text)] : ["-d", ServerText(text)]
        }
    }

    package let name: Name
    package let path: String
    package let version: PostgresVersion
    /// The environment that its runs start from.
    let environment: [String: String]
    /// Where private files for its runs come.
    let temporaryDirectory: String
}

/// What a client program said, and how it ended.
package struct ToolOutput: Sendable {
    package var status: ExitStatus
    package var standardOutput: [UInt8]
    /// The last 256 KiB.
    package var standardError: String

    /// False where the beginning of ``standardError`` may be lost.
    package var hasWholeStandardError: Bool { standardError.utf8.count < ChildProcess.keptErrorInBytes - 4_096 }
}
