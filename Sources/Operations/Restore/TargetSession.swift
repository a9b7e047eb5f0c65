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
        _ target: ConnectionInfo, settings purpose: Purpose, manifest: Manifest, applicationName: String
    ) async throws -> Session {
        let session = try await Session.open(target, applicationName: applicationName)
        do {
            for statement in statements(purpose, manifest: manifest, serverVersion: session.server.versionNumber) {
                try await session.execute(statement)
            }
            try await pinMonetaryLocale(manifest.server.lcMonetary, on: session)
            return session
        } catch {
            await session.close()
            throw error
        }
    }

    private static func statements(
        _ purpose: Purpose, manifest: Manifest, serverVersion: Int
    ) -> [ServerText] {
        switch purpose {
        case .loading:
            LoadSessionSettings.statements(serverVersion: serverVersion, encoding: manifest.archive.encoding)
        case .comparing:
            DumpSessionSettings.statements(serverVersion: serverVersion, encoding: manifest.archive.encoding)
        }
    }

    /// Values of type money are written and read in the source's locale. Where this server does not know it, money is
    /// refused on loading, loudly; all else is unhurt.
    private static func pinMonetaryLocale(_ locale: String, on session: Session) async throws {
        do {
            try await session.execute("SET lc_monetary = \(SQLIdentifier.literal(ServerText(locale)))")
        } catch let error as PostgresError where error.isStatementRefusal {}
    }
}
