import Foundation
import JobModel

/// The programs of PostgreSQL on this machine.
///
/// Looked for, in this order: a folder given by the user, which then is the only one; Debian's
/// `/usr/lib/postgresql/N/bin` and the PostgreSQL project's `/usr/pgsql-N/bin`, newest first; the folders of `PATH`.
/// Debian's wrapper scripts in `PATH` are left out: which version they run depends on more than can be seen.
package struct ClientTools: Sendable {
    /// The folders, in the order in which they are looked into.
    package let folders: [String]
    let environment: [String: String]
    let temporaryDirectory: String

    /// `environment` is what programs inherit, and names `PATH` and `TMPDIR` (default: `/tmp`).
    package init(binFolder: String? = nil, environment: [String: String]) {
        self.environment = environment
        temporaryDirectory = environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        folders = binFolder.map { [$0] } ?? Self.standardFolders(path: environment["PATH"] ?? "")
    }

    /// A client program that fits a server, with its version.
    ///
    /// Of the server's own major version the newest minor, else of the next newer major version. Throws
    /// ``PostgresError/toolTooOld`` or ``PostgresError/toolMissing`` with the package to install.
    package func client(_ name: ClientTool.Name, forServer server: PostgresVersion) async throws -> ClientTool {
        let (found, broken) = try await survey(name)
        let fitting = found.filter { $0.version.major >= server.major }
        let nearestMajor = fitting.map(\.version.major).min()
        if let best = fitting.filter({ $0.version.major == nearestMajor }).max(by: { $0.version < $1.version }) {
            return best
        }
        guard let newest = found.max(by: { $0.version < $1.version }) else {
            throw broken.first ?? missing(name, major: server.major)
        }
        throw PostgresError.toolTooOld(
            tool: name.rawValue, toolVersion: newest.version.description, serverVersion: server.description,
            package: name.debianPackage(major: server.major))
    }

    /// The bin folder with server programs (`initdb`, `postgres`) of `major` or, failing that, of the next newer one.
    package func serverPrograms(atLeast major: Int) async throws -> ServerPrograms {
        let (all, broken) = try await survey(.postgres)
        let found = all.filter { $0.version.major >= major }
            .sorted { ($0.version.major, $1.version) < ($1.version.major, $0.version) }
        for postgres in found {
            let folder = String(postgres.path.dropLast("/postgres".count))
            guard let initdb = try await tool(.initdb, in: folder)?.get() else { continue }
            return ServerPrograms(folder: folder, initdb: initdb, postgres: postgres)
        }
        throw broken.first ?? missing(.postgres, major: major)
    }

    /// All programs of a name, in the order of the folders.
    package func all(_ name: ClientTool.Name) async throws -> [ClientTool] {
        try await survey(name).found
    }

    /// Those that tell their version, and what is wrong with the others.
    private func survey(_ name: ClientTool.Name) async throws -> (found: [ClientTool], broken: [PostgresError]) {
        var (found, broken) = ([ClientTool](), [PostgresError]())
        for folder in folders {
            switch try await tool(name, in: folder) {
            case .success(let tool)?: found.append(tool)
            case .failure(let error)?: broken.append(error)
            case nil: break
            }
        }
        return (found, broken)
    }

    /// Nil where there is none.
    private func tool(_ name: ClientTool.Name, in folder: String) async throws -> Result<ClientTool, PostgresError>? {
        let path = "\(folder)/\(name.rawValue)"
        guard access(path, X_OK) == 0, !Self.isWrapper(path) else { return nil }
        let probe = ClientTool(
            name: name, path: path, version: PostgresVersion(major: 0, minor: 0), environment: environment,
            temporaryDirectory: temporaryDirectory)
        let output: ToolOutput
        do {
            output = try await probe.run(["--version"], outputLimitInBytes: 65_536)
        } catch let error as PostgresError {
            return .failure(.toolBroken(path: path, reason: error.message))
        }
        guard output.status.isSuccess else {
            return .failure(.toolBroken(path: path, reason: probe.failure(output).message))
        }
        guard let version = PostgresVersion(in: String(decoding: output.standardOutput, as: UTF8.self)) else {
            return .failure(.toolBroken(path: path, reason: "its --version names none of PostgreSQL"))
        }
        return .success(
            ClientTool(
                name: name, path: path, version: version, environment: environment,
                temporaryDirectory: temporaryDirectory))
    }

    private func missing(_ name: ClientTool.Name, major: Int) -> PostgresError {
        .toolMissing(
            tool: name.rawValue, major: major, package: name.debianPackage(major: major), searched: folders)
    }

    private static func standardFolders(path: String) -> [String] {
        let versioned = folders(below: "/usr/lib/postgresql", prefix: "") + folders(below: "/usr", prefix: "pgsql-")
        let others = path.split(separator: ":").map(String.init)
        var seen: Set<String> = []
        return (versioned + others).filter { seen.insert($0).inserted }
    }

    /// `<parent>/<prefix>N/bin`, newest N first.
    private static func folders(below parent: String, prefix: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        let majors = names.compactMap { $0.hasPrefix(prefix) ? Int($0.dropFirst(prefix.count)) : nil }
        return majors.sorted(by: >).map { "\(parent)/\(prefix)\($0)/bin" }
    }

    private static func isWrapper(_ path: String) -> Bool {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().lastPathComponent == "pg_wrapper"
    }
}

extension ClientTool {
    /// What to warn of when this program dumps from `server`; nil where all is well or nothing can be told.
    ///
    /// A program older than the server's minor release may not know what that server stores: its archives can fail
    /// to restore although the dump succeeds.
    package func warning(forServer server: PostgresVersion) -> String? {
        guard version.wasReleasedBefore(server) == true else { return nil }
        return "\(name.rawValue) \(version) was released before the server's \(server);"
            + " its archives may not restore elsewhere: install the newest \(name.debianPackage(major: server.major))"
    }
}

/// The programs of one installation that make and run a server.
package struct ServerPrograms: Hashable, Sendable {
    /// The bin folder.
    package let folder: String
    package let initdb: ClientTool
    package let postgres: ClientTool

    package var version: PostgresVersion { postgres.version }
}
