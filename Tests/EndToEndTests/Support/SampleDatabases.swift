import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

/// Databases to back up.
enum Sample: String, Hashable, Sendable, CaseIterable {
    /// A shop's ordinary data, from real life.
    case chinook
    /// Every awkward thing that stock tools can bring back.
    case awkward
    /// The same, where the database's settings change what COPY prints, or end long work.
    case awkwardAndHostile
    /// Ten tables, 5,000 rows.
    case small

    var script: String {
        get throws {
            switch self {
            case .chinook:
                // The script makes a database of its own; ours is there already.
                let unwanted = ["DROP DATABASE", "CREATE DATABASE", "\\c "]
                return try Self.fixture("chinook/Chinook_PostgreSql_SerialPKs.sql").split(separator: "\n")
                    .filter { line in !unwanted.contains { line.hasPrefix($0) } }.joined(separator: "\n")
            case .awkward, .awkwardAndHostile: return try Self.fixture("awkward.sql")
            case .small: return try Self.fixture("small.sql")
            }
        }
    }

    /// What a copy of the template does not take over: the settings of the database.
    var settings: ServerText? {
        self == .awkwardAndHostile ? (try? Self.fixture("hostile-settings.sql")).map { ServerText($0) } : nil
    }

    private static func fixture(_ name: String) throws -> String {
        let folder = try #require(Bundle.module.resourcePath)
        return try String(contentsOfFile: "\(folder)/Fixtures/\(name)", encoding: .utf8)
    }
}

/// The samples on one server, each loaded once into a database from which others are copied.
actor SampleDatabases {
    private let cluster: ScratchCluster
    private var templates: [Sample: Task<Void, any Error>] = [:]

    init(cluster: ScratchCluster) {
        self.cluster = cluster
    }

    /// The name of a database that holds the sample and that nobody is connected to.
    func template(_ sample: Sample?) async throws -> String {
        guard let sample else { return "template0" }
        let sameAs: Sample = sample == .awkwardAndHostile ? .awkward : sample
        let name = "sample_\(sameAs.rawValue)"
        if let known = templates[sameAs] {
            try await known.value
            return name
        }
        let task = Task { [cluster] in
            _ = try await cluster.createDatabase(name, options: "TEMPLATE template0")
            try await cluster.psql(ServerText(try sameAs.script), database: name)
        }
        templates[sameAs] = task
        try await task.value
        return name
    }
}
