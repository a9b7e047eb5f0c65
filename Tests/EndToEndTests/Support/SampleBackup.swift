import Foundation
import TestSupport
import Testing

/// A backup of a sample that several tests look at, and none changes.
final class SampleBackup: Sendable {
    /// What was backed up, and from which server.
    struct Source: Hashable, Sendable, CustomTestStringConvertible {
        let sample: Sample
        let binFolder: String

        var testDescription: String { "\(sample) from \(binFolder)" }

        /// Every awkward thing on every server, the rest on one.
        static var all: [Source] {
            let first = ScratchCluster.anyBinFolder
            return ScratchCluster.binFolders.map { Source(sample: .awkward, binFolder: $0) } + [
                Source(sample: .chinook, binFolder: first),
                Source(sample: .awkwardAndHostile, binFolder: ScratchCluster.binFolders.last ?? first),
            ]
        }
    }

    let server: TestServer
    let database: String
    let workplace: Workplace
    /// The backup's folder.
    let path: String

    init(of source: Source, on server: TestServer) async throws {
        self.server = server
        database = try await server.makeDatabase(source.sample)
        workplace = try Workplace(path: [source.binFolder, "/usr/bin", "/bin"])
        path = try await workplace.backUp(server.text(database), "--pg-bin", source.binFolder)
    }
}
