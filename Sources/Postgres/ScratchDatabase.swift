import JobModel

/// A database that lives as long as a closure, on a server where others live too.
///
/// It carries a comment with the run's id, and its run holds an advisory lock, so leftovers of killed runs can be
/// told from databases in use, and from databases that only look like ours.
package struct ScratchDatabase: Sendable {
    package let connectionInfo: ConnectionInfo
    package let name: String
    /// How to reach the database after the closure has returned, where it is kept: under another name.
    package let keptConnectionInfo: ConnectionInfo
    /// What is not as at the source, for the report: `collation C.UTF-8 in place of de_DE.UTF-8`. Empty where all is.
    package let differences: [String]

    /// What becomes of the database when the closure has returned.
    package enum Disposal: Sendable {
        case drop
        /// Renamed, so that it is never swept.
        case keep
        /// Left as it is, for a server that goes with it: dropping a database first writes out all of that server.
        case leave
    }

    /// Makes `dbops_scratch_<runID>` from `template0` with the source's encoding and, where the server has it, its
    /// locale, runs `body`, and disposes of the database, whatever happens; a drop ends the sessions in it.
    ///
    /// `server` names any database of the server that this role may connect to; it must not be the source itself.
    /// `runID` consists of lower-case letters, digits and underscores, at most 40. Throws ``PostgresError/pooler``
    /// behind a pooler.
    package nonisolated(nonsending) static func with<Success: Sendable>(
        on server: ConnectionInfo, like source: DatabaseLocale, runID: String, disposal: Disposal = .drop,
        _ body: nonisolated(nonsending) (ScratchDatabase) async throws -> Success
    ) async throws -> Success {
        let name = ScratchName(runID: runID)
        let session = try await Session.open(
            server, applicationName: "dbops scratch", startupStatements: SessionSettings.lasting)
        try await session.refusePooler()
        try await name.lock(session)
        let differences = try await create(name, like: source, session)
        let scratch = ScratchDatabase(
            connectionInfo: session.connectionInfo.with(database: name.text), name: name.text,
            keptConnectionInfo: session.connectionInfo.with(database: name.keptText), differences: differences)
        do {
            let success = try await body(scratch)
            try await uncancelled { await Result { try await name.dispose(session, disposal) } }.get()
            await session.close()
            return success
        } catch {
            _ = await uncancelled { await Result { try await name.dispose(session, disposal) } }
            await session.close()
            throw error
        }
    }

    /// Drops the databases that killed runs have left on the session's server, and returns their names: those with
    /// our kind of name and our comment and a lock that nobody holds.
    package nonisolated(nonsending) static func sweepLeftovers(_ session: Session) async throws -> [String] {
        var dropped: [String] = []
        for name in try await ScratchName.all(session) where try await name.isAbandoned(session) {
            do {
                try await name.drop(session)
                dropped.append(name.text)
            } catch PostgresError.statement {
                // Another sweep was quicker, or may do what this role may not.
            }
        }
        return dropped
    }

    /// What ``sweepLeftovers(_:)`` would drop.
    package nonisolated(nonsending) static func leftovers(_ session: Session) async throws -> [String] {
        var names: [String] = []
        for name in try await ScratchName.all(session) where try await name.isAbandoned(session) {
            names.append(name.text)
        }
        return names
    }

    /// A database without our comment would never be swept.
    private nonisolated(nonsending) static func markOrDrop(_ name: ScratchName, _ session: Session) async throws {
        do {
            try await name.comment(session)
        } catch {
            _ = await uncancelled { await Result { try await name.dispose(session, .drop) } }
            throw error
        }
    }

    /// Tries the source's locale, then C with the encoding's own character classes, then plain C.
    private nonisolated(nonsending) static func create(
        _ name: ScratchName, like source: DatabaseLocale, _ session: Session
    ) async throws -> [String] {
        var attempts = [source]
        if source.encoding == "UTF8" {
            attempts.append(DatabaseLocale(encoding: source.encoding, collate: "C.UTF-8", characterType: "C.UTF-8"))
        }
        attempts.append(DatabaseLocale(encoding: source.encoding, collate: "C", characterType: "C"))
        var firstError: (any Error)?
        for locale in attempts {
            do {
                try await session.execute(
                    locale.createStatement(name.text, serverVersionNumber: session.server.versionNumber))
                try await markOrDrop(name, session)
                return locale.differences(from: source)
            } catch let error as PostgresError where error.isAboutLocale {
                firstError = firstError ?? error
            }
        }
        throw firstError ?? PostgresError.unexpectedResult("no locale to try")
    }
}

extension PostgresError {
    /// A locale or provider that this server has not: invalid parameter, wrong object, not supported, undefined.
    fileprivate var isAboutLocale: Bool {
        guard case .statement(let failure) = self else { return false }
        return ["22023", "42809", "0A000", "42704", "42601"].contains(failure.sqlState.description)
    }
}

extension Result where Failure == any Error {
    /// The outcome of `body`.
    init(catching body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
