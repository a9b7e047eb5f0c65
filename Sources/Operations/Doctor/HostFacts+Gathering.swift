import Foundation
import HTTPTransport
package import JobModel
import Postgres

extension HostFacts {
    /// Looks at this machine; changes nothing. `environment` is that of the process.
    package static func gather(
        _ context: OperationContext, environment: [String: String], zones: ZoneDatabase, notBefore: CivilTime
    ) async throws -> HostFacts {
        var facts = HostFacts()
        facts.versions = ["dbops \(context.version)", "libpq \(LibpqVersion.current)", CurlVersion.text]
        facts.now = CivilTime(context.clock.now)
        facts.notBefore = notBefore
        facts.zoneVersion = zones.version
        facts.hasZoneFiles = (try? zones.rules(named: "Europe/Berlin")) != nil
        facts.authoritiesPath = authorities(environment)
        facts.hasLocaleUTF8 = isLocaleThere("C.UTF-8")
        facts.temporaryFolder = context.temporaryDirectory
        facts.freeTemporaryBytes = Disk(path: context.temporaryDirectory)?.freeBytes
        facts.sharedMemoryBytes = Disk(path: "/dev/shm")?.totalBytes
        facts.privateFiles = privateFiles(environment)
        facts.leftovers = ThrowAwayCluster.leftovers(in: context.temporaryDirectory)
        facts.kept = kept(in: context.temporaryDirectory)
        facts.dumpPrograms = try await context.tools.all(.pgDump)
        facts.serverPrograms = try await context.tools.all(.postgres)
        facts.programFolders = context.tools.folders
        return facts
    }

    /// Whether the C library can sort by this locale. An empty name would mean the environment's.
    static func isLocaleThere(_ name: String) -> Bool {
        guard !name.isEmpty, let locale = newlocale(1 << LC_COLLATE | 1 << LC_CTYPE, name, nil) else { return false }
        freelocale(locale)
        return true
    }

    private static func authorities(_ environment: [String: String]) -> String? {
        let usual = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"]
        let named = ["CURL_CA_BUNDLE", "SSL_CERT_FILE"].compactMap { environment[$0] }.filter { !$0.isEmpty }
        return (named + usual).first { access($0, R_OK) == 0 }
    }

    private static func privateFiles(_ environment: [String: String]) -> [PrivateFile] {
        let home = environment["HOME"] ?? ""
        let files = [
            (environment["PGPASSFILE"] ?? "\(home)/.pgpass", true),
            (environment["AWS_SHARED_CREDENTIALS_FILE"] ?? "\(home)/.aws/credentials", false),
        ]
        return files.compactMap { path, isIgnoredWhenOpen in
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
            return PrivateFile(path: path, mode: status.st_mode & 0o777, isIgnoredWhenOpen: isIgnoredWhenOpen)
        }
    }

    private static func kept(in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix("dbops-kept-") }.sorted().map { "\(folder)/\($0)" }
    }
}

/// The room on a file system. Source: `statvfs(3)`.
struct Disk {
    /// For users other than root.
    let freeBytes: Int
    let totalBytes: Int

    /// Nil where there is nothing at `path`.
    init?(path: String) {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        freeBytes = Int(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
        totalBytes = Int(clamping: UInt64(status.f_blocks) * UInt64(status.f_frsize))
    }
}
