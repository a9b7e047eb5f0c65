import Foundation
import JobFile
import JobModel
import Kubernetes
import Postgres

/// What manifests need to know of a job file beside what it decodes to.
struct KubernetesFacts {
    private let loaded: JobFileLoader.Loaded
    /// Where the job file is on this machine.
    private let folder: String

    /// `loaded` as it will stand in a pod.
    init(_ loaded: JobFileLoader.Loaded, folder: String) {
        self.loaded = loaded
        self.folder = folder
    }

    func request(image: String) throws -> RenderRequest {
        var request = RenderRequest(
            configuration: loaded.configuration, jobFile: loaded.text, image: image, now: CivilTime(Date()))
        let outside = OutsideReferences(in: loaded.text, surroundings: loaded.surroundings)
        request.secrets = outside.secrets.map { .init(path: $0.path, reference: $0.reference) }
        request.endpoints = try endpoints()
        request.files = try files()
        request.daemonPort = outside.listen.flatMap(Self.port)
        request.zones = loaded.surroundings.zones
        let size = request.files.values.reduce(loaded.text.utf8.count) { $0 + $1.utf8.count }
        guard size <= Self.limitInBytes else {
            throw UnusableFileError(
                path: loaded.path, reason: "with its sql files it is larger than the 1 MiB of a ConfigMap",
                category: .configuration)
        }
        return request
    }

    /// Of a ConfigMap, with room for its own keys. Source: Kubernetes, "ConfigMap".
    private static let limitInBytes = (1 << 20) - 4_096

    /// Of an address that others can reach.
    private static func port(of listen: String) -> Int? {
        guard let colon = listen.lastIndex(of: ":"), let port = Int(listen[listen.index(after: colon)...]) else {
            return nil
        }
        let host = listen[..<colon]
        return host.hasPrefix("127.") || ["localhost", "[::1]"].contains(host) ? nil : port
    }

    // MARK: - Servers

    private func endpoints() throws -> [RenderRequest.Endpoint] {
        let configuration = loaded.configuration
        var endpoints: [RenderRequest.Endpoint] = []
        if case .postgres(let url, _) = configuration.daemon.state {
            endpoints.append(try endpoint(url, ["daemon", "state"]))
        }
        for database in configuration.databases {
            let table = ["databases", database.name]
            endpoints.append(try endpoint(database.url, table))
            if let url = database.readURL { endpoints.append(try endpoint(url, table)) }
            if case .server(let url) = database.scratch { endpoints.append(try endpoint(url, table)) }
        }
        for job in configuration.jobs {
            guard case .advise(let advise) = job.kind, let url = advise.pgbouncerURL else { continue }
            endpoints.append(try endpoint(url, ["jobs", job.name]))
        }
        return endpoints
    }

    /// Keywords of libpq that name files, which a pod must have.
    private static let fileKeywords = ["sslrootcert", "sslcert", "sslkey", "sslcrl", "passfile"]

    private func endpoint(_ url: String, _ table: [String]) throws -> RenderRequest.Endpoint {
        let keywords = try ConnectionInfo(parsing: url).keywords
        let hosts = keywords["host"] ?? keywords["hostaddr"] ?? ""
        let isSocket = keywords["service"] == nil && (hosts.isEmpty || hosts.hasPrefix("/") || hosts.hasPrefix("@"))
        let ports = (keywords["port"] ?? "").split(separator: ",").compactMap { Int($0) }
        return RenderRequest.Endpoint(
            table: table, ports: ports.isEmpty ? [5_432] : ports,
            files: Self.fileKeywords.compactMap { keywords[$0] }.filter { $0.hasPrefix("/") }, isSocket: isSocket)
    }

    // MARK: - Files of statements

    private func files() throws -> [String: String] {
        var files: [String: String] = [:]
        for job in loaded.configuration.jobs {
            guard case .sql(let sql) = job.kind, case .file(let path) = sql.source else { continue }
            files[path] = try text(at: path, of: job)
        }
        return files
    }

    /// `path` is the pod's.
    private func text(at path: String, of job: Job) throws -> String {
        let prefix = RenderRequest.folder + "/"
        guard path.hasPrefix(prefix), !path.contains("/../") else {
            throw UnusableFileError(
                path: path,
                reason: "the job \(job.name) names it by a path that no pod has; name it relative to the job "
                    + "file, and keep it beside or below that", category: .configuration)
        }
        let place = "\(folder)/\(path.dropFirst(prefix.count))"
        guard let text = try? String(contentsOfFile: place, encoding: .utf8) else {
            throw UnusableFileError(
                path: place, reason: "the statements of the job \(job.name) cannot be read", category: .configuration)
        }
        return text
    }
}
