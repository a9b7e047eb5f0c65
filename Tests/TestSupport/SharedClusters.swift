import Foundation
import Postgres
import Synchronization

/// Servers that all tests of the process share, one of each installation: made when the first test asks, ended and
/// removed when the process exits. Tests keep out of each other's way by the names of their databases and roles.
private actor SharedClusters {
    static let all = SharedClusters()
    /// For the process's exit, which runs C functions without any context.
    static let folders = Mutex<[String]>([])

    private var clusters: [String: Task<ScratchCluster, any Error>] = [:]

    func cluster(_ binFolder: String) async throws -> ScratchCluster {
        if let cluster = clusters[binFolder] { return try await cluster.value }
        if clusters.isEmpty {
            _ = ThrowAwayCluster.sweepLeftovers(in: "/tmp")
            atexit(SharedClusters.removeAll)
        }
        let cluster = Task { try await Self.start(binFolder) }
        clusters[binFolder] = cluster
        return try await cluster.value
    }

    /// Returns as soon as the server runs; the task below holds it until the process exits.
    private static func start(_ binFolder: String) async throws -> ScratchCluster {
        try await withCheckedThrowingContinuation { continuation in
            Task {
                var isRunning = false
                do {
                    try await ScratchCluster.with(
                        binFolder, wantsTCP: true, settings: ["max_connections": "300"]
                    ) { cluster in
                        folders.withLock { $0.append(cluster.folder) }
                        isRunning = true
                        continuation.resume(returning: cluster)
                        try await Task.sleep(for: .seconds(1_000_000))
                    }
                } catch {
                    if !isRunning { continuation.resume(throwing: error) }
                }
            }
        }
    }

    private static let removeAll: @convention(c) () -> Void = {
        for folder in folders.withLock({ $0 }) {
            let text = try? String(contentsOfFile: "\(folder)/server/data/postmaster.pid", encoding: .utf8)
            if let processID = text?.split(separator: "\n").first.flatMap({ Int32($0) }) {
                kill(processID, SIGQUIT)
                while kill(processID, 0) == 0, !isZombie(processID) { usleep(5_000) }
            }
            try? FileManager.default.removeItem(atPath: folder)
        }
    }

    /// Whether the process has ended and waits for the shell above it to notice.
    private static func isZombie(_ processID: Int32) -> Bool {
        (try? String(contentsOfFile: "/proc/\(processID)/stat", encoding: .utf8))?.contains(") Z ") ?? true
    }
}

extension ScratchCluster {
    /// The server of this installation that all tests of the process share.
    package static func shared(_ binFolder: String = anyBinFolder) async throws -> ScratchCluster {
        try await SharedClusters.all.cluster(binFolder)
    }
}
