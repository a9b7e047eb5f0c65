import Archive
import Postgres

extension ClientTools {
    /// The pg_restore that fits archive and server: the server's own major where that can read the archive, because a
    /// newer one emits settings that an older server does not know; else the major that wrote the archive.
    func pgRestore(for manifest: Manifest, serverMajor: Int) async throws -> ClientTool {
        let major = max(serverMajor, manifest.client.pgDumpMajor)
        return try await client(.pgRestore, forServer: PostgresVersion(major: major, minor: 0))
    }
}
