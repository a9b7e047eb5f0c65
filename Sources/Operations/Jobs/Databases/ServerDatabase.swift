package import JobModel
package import Postgres

/// A database that a server has, and why it cannot be worked on, where it cannot.
package struct ServerDatabase: Sendable, Equatable {
    package enum Obstacle: Sendable, Equatable {
        /// `ALLOW_CONNECTIONS false`.
        case takesNoConnections
        /// What a DROP DATABASE has left that broke off.
        case halfDropped
        /// Its name is no UTF-8, and nobody can ask for it in UTF-8.
        case strangeName

        package var text: String {
            switch self {
            case .takesNoConnections: "it takes no connections (ALLOW_CONNECTIONS false)"
            case .halfDropped: "it is what a DROP DATABASE has left that broke off; drop it once more"
            case .strangeName: "its name is no UTF-8; ALTER DATABASE … RENAME gives it one that can be written"
            }
        }
    }

    package let name: ServerText
    package let obstacle: Obstacle?

    package init(name: ServerText, obstacle: Obstacle? = nil) {
        self.name = name
        self.obstacle = obstacle
    }

    /// All databases of a server but its templates, by name.
    ///
    /// Names are read as the bytes they are: the server keeps them unconverted in a catalogue that all databases share,
    /// and a session is opened with the very bytes. Source: PostgreSQL manual, 53.15 "pg_database".
    package static func all(on server: ConnectionInfo, context: OperationContext) async throws -> [ServerDatabase] {
        let session = try await Session.openDirect(
            server.forAsking, applicationName: context.applicationName, lockTimeout: .seconds(10),
            statementTimeout: .seconds(60), settings: ["SET client_encoding = 'SQL_ASCII'"])
        do {
            let table = try await session.query(
                """
                SELECT datname, datallowconn, datconnlimit FROM pg_catalog.pg_database WHERE NOT datistemplate
                """)
            await session.close()
            return try table.rows.map(ServerDatabase.init).sorted { $0.name < $1.name }
        } catch {
            await CleanupScope.run { await session.close() }
            throw error
        }
    }

    /// The limit of a database that is half dropped, since the minor releases of August 2023.
    private static let limitOfInvalid = -2

    private init(_ row: ResultTable.Row) throws {
        name = try row.text("datname")
        if try row.int("datconnlimit") == Self.limitOfInvalid {
            obstacle = .halfDropped
        } else if try !row.bool("datallowconn") {
            obstacle = .takesNoConnections
        } else {
            obstacle = name.validText == nil ? .strangeName : nil
        }
    }
}

extension ConnectionInfo {
    /// Where a server is asked about its databases: in the one that is named, else in `postgres`.
    package var forAsking: ConnectionInfo {
        database == nil && keywords["service"] == nil ? with(database: "postgres") : self
    }
}
