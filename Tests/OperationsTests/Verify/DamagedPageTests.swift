import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

@testable import Operations

extension ServerTests {
    /// What a disk does to a restored database: pages that are not what the server wrote.
    @Suite struct DamagedPageTests {
        private static let tables: ServerText = """
            CREATE TABLE sound (id int PRIMARY KEY); INSERT INTO sound SELECT generate_series(1, 500);
            CREATE TABLE broken (id int); INSERT INTO broken SELECT generate_series(1, 500);
            CREATE TABLE t (id int); INSERT INTO t SELECT generate_series(1, 500); CREATE INDEX broken_index ON t (id);
            """

        /// In the middle of the block, where rows are.
        private static let bytesOfRows = (offset: 6_000, bytes: [UInt8](repeating: 0xA5, count: 8))
        /// The first line pointer: an ordinary one, of 100 bytes, to a place that no row can have.
        private static let linePointer = (
            offset: 24, bytes: withUnsafeBytes(of: (UInt32(8_185) | 1 << 15 | 100 << 17).littleEndian) { Array($0) }
        )

        /// Small, because it is copied.
        private func withOwnServer(
            _ body: nonisolated(nonsending) (Workbench) async throws -> Void
        ) async throws {
            try await ScratchCluster.with { cluster in try await Workbench.with(Self.tables, on: cluster, body) }
        }

        private func amcheck(
            _ bench: Workbench, after damage: (_ data: String, _ table: String, _ index: String) throws -> Void
        ) async throws -> VerificationCheck? {
            guard try await bench.count("SELECT count(*) FROM pg_available_extensions WHERE name = 'amcheck'") > 0,
                try await !bench.context().tools.all(.pgAmcheck).isEmpty
            else {
                print("not tried: this installation has no amcheck")
                return nil
            }
            let paths = try await bench.cluster.psql(
                "SELECT pg_relation_filepath('broken'), pg_relation_filepath('broken_index')",
                database: bench.database.database ?? ""
            ).split(separator: "|").map(String.init)
            var check: VerificationCheck?
            try await CopiedServer.with(
                of: bench.cluster, in: bench.folder, named: "copy", prepare: { try damage($0, paths[0], paths[1]) }
            ) { server in
                let database = RestoredDatabase(
                    connection: server.with(database: bench.database.database ?? ""), version: bench.cluster.version,
                    isInThrowAwayCluster: true)
                check = try await AmcheckRun(
                    context: bench.context(), databases: [database], jobs: 2,
                    warnings: Warnings(reporter: bench.reporter)
                ).run()
            }
            return check
        }

        private func overwrite(_ path: String, block: Int, _ change: (offset: Int, bytes: [UInt8])) throws {
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
            try file.seek(toOffset: UInt64(block * 8_192 + change.offset))
            try file.write(contentsOf: change.bytes)
            try file.close()
        }

        private func expectBoth(_ check: VerificationCheck, saying words: String) {
            #expect(check.verdict == .failed)
            #expect(check.found == "2 faults", "\(check)")
            for place in ["broken\"", "broken_index\""] {
                #expect(check.details.contains { $0.contains(place) && !$0.hasPrefix(" ") }, "\(check.details)")
            }
            #expect(check.details.contains { $0.contains(words) }, "\(check.details)")
            #expect(!check.details.contains { $0.contains("sound") }, "\(check.details)")
        }

        @Test func `are found by their checksums, whatever has changed in them`() async throws {
            try await withOwnServer { bench in
                let check = try await amcheck(bench) { data, table, index in
                    let major = bench.cluster.version.major
                    // From 18 on a cluster has checksums unless it is told otherwise.
                    if major < 18 {
                        // Only a cluster that was shut down can be given them.
                        try CopiedServer.run(
                            [
                                "\(ScratchCluster.anyBinFolder)/postgres", "--single", "-D", data, "-c", "fsync=off",
                                "postgres",
                            ],
                            in: bench.folder.path)
                        try CopiedServer.run(
                            ["\(ScratchCluster.anyBinFolder)/pg_checksums", "--enable", "--no-sync", "-D", data],
                            in: bench.folder.path)
                    }
                    try overwrite("\(data)/\(table)", block: 1, Self.bytesOfRows)
                    try overwrite("\(data)/\(index)", block: 1, Self.bytesOfRows)
                }
                if let check { expectBoth(check, saying: "invalid page in block 1") }
            }
        }

        @Test func `are found by what they hold where the cluster has no checksums`() async throws {
            try await withOwnServer { bench in
                guard try await bench.cluster.psql("SHOW data_checksums") == "off" else {
                    return print("not tried: this server's clusters have checksums")
                }
                let check = try await amcheck(bench) { data, table, index in
                    try overwrite("\(data)/\(table)", block: 1, Self.linePointer)
                    try overwrite("\(data)/\(index)", block: 1, Self.linePointer)
                }
                if let check { expectBoth(check, saying: "line pointer") }
            }
        }
    }
}
