import Archive
import JobModel
import Postgres

/// Sessions on the restored database, under the settings that loading and comparing need.
enum TargetSession {
    enum Purpose {
        case loading
        case comparing
    }

    static func open(
        _ target: ConnectionInfo, for purpose: Purpose, manifest: Manifest, applicationName: String
    ) async throws -> Session {
        let session = try await Session.open(target, applicationName: applicationName)
        do {
            let settings = settings(
                purpose, manifest, serverVersionNumber: session.server.versionNumber,
                encoding: ServerText(session.server.encoding))
            for statement in settings { try await session.execute(statement) }
            try await pinMonetaryLocale(manifest.server.lcMonetary, on: session)
            return session
        } catch {
            await session.close()
            throw error
        }
    }

    private static func settings(
        _ purpose: Purpose, _ manifest: Manifest, serverVersionNumber: Int, encoding: ServerText
    ) -> [ServerText] {
        switch purpose {
        case .loading:
            // A server checks no rows that a client sends as SQL_ASCII, and would keep what is no text in its encoding.
            SessionSettings.loading(
                serverVersionNumber: serverVersionNumber,
                clientEncoding: manifest.archiveEncoding == "SQL_ASCII" ? encoding : manifest.archiveEncoding,
                monetaryLocale: nil)
        case .comparing:
            SessionSettings.comparing(
                serverVersionNumber: serverVersionNumber, clientEncoding: manifest.archiveEncoding, monetaryLocale: nil)
        }
    }

    /// Values of type money are written and read in the source's locale. Where this server does not know it, money is
    /// refused on loading, loudly; all else is unhurt.
    private static func pinMonetaryLocale(_ locale: String, on session: Session) async throws {
        do {
            try await session.execute("SET lc_monetary = \(ServerText(locale).quotedAsLiteral)")
        } catch let error as PostgresError where error.isStatementRefusal {}
    }
}
