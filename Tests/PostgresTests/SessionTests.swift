import JobModel
import Postgres
import TestSupport
import Testing

@Suite struct SessionTests {
    @Test(arguments: ScratchCluster.binFolders)
    func `round trips rows through COPY at every chunk size`(binFolder: String) async throws {
        try await ScratchCluster.with(binFolder) { cluster in
            let session = try await cluster.openSession()
            try await session.execute("CREATE TABLE source (n int, t text); CREATE TABLE target (n int, t text)")
            try await session.execute(
                "INSERT INTO source SELECT n, repeat(chr(n % 300 + 1), n % 700) FROM generate_series(1, 5000) n")
            for size in [1, 100, 4_096, 1 << 20] {
                var chunks: [[UInt8]] = []
                let count = try await session.copyOut("COPY source TO STDOUT", chunkSizeInBytes: size) { chunk in
                    chunks.append(chunk)
                }
                #expect(count == 5_000)
                #expect(chunks.allSatisfy { $0.last == UInt8(ascii: "\n") })
                #expect(chunks.allSatisfy { $0.count <= size || $0.filter { $0 == UInt8(ascii: "\n") }.count == 1 })
                try await session.execute("TRUNCATE target")
                var rest = chunks[...]
                let loaded = try await session.copyIn("COPY target FROM STDIN") { rest.popFirst() }
                #expect(loaded == 5_000)
                let difference = try await session.query(
                    "SELECT count(*) FROM (TABLE source EXCEPT ALL TABLE target) AS d")
                #expect(try difference.onlyRow().int64("count") == 0)
            }
            await session.close()
        }
    }
}
