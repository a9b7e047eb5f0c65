import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct SessionCopyTests {
    private static let newline = UInt8(ascii: "\n")

    @Test(arguments: ScratchCluster.binFolders)
    func `round trips rows through COPY at every chunk size`(binFolder: String) async throws {
        let session = try await ScratchCluster.shared(binFolder).openSession()
        try await session.execute("CREATE TEMP TABLE source (n int, t text); CREATE TEMP TABLE target (n int, t text)")
        try await session.execute(
            "INSERT INTO source SELECT n, repeat(chr(n % 300 + 1), n % 700) FROM generate_series(1, 1000) n")
        for size in [13, 100, 4_096, 1 << 20] {
            var chunks: [[UInt8]] = []
            let count = try await session.copyOut("COPY source TO STDOUT", chunkSizeInBytes: size) { chunk in
                chunks.append(chunk)
            }
            #expect(count == 1_000)
            #expect(chunks.allSatisfy { $0.count <= size })
            // A newline that does not end a chunk is followed by a whole row.
            #expect(chunks.allSatisfy { $0.last == Self.newline || !$0.contains(Self.newline) })
            try await session.execute("TRUNCATE target")
            var rest = chunks[...]
            #expect(try await session.copyIn("COPY target FROM STDIN") { rest.popFirst() } == 1_000)
            let difference = try await session.query("SELECT count(*) FROM (TABLE source EXCEPT ALL TABLE target) d")
            #expect(try difference.onlyRow().int64("count") == 0)
        }
    }

    @Test func `loads rows that are cut anywhere`() async throws {
        let session = try await ScratchCluster.shared().openSession()
        try await session.execute("CREATE TEMP TABLE target (n int, t text)")
        var bytes = Array("1\tone\n2\ttwo\n3\tthree\n".utf8)[...]
        let count = try await session.copyIn("COPY target FROM STDIN") { bytes.popFirst().map { [$0] } }
        #expect(count == 3)
    }

    @Test func `hands out a row of 30 MB in pieces`() async throws {
        let session = try await ScratchCluster.shared().openSession()
        var sizes: [Int] = []
        let count = try await session.copyOut(
            "COPY (SELECT repeat('x', CASE n WHEN 2 THEN 30000000 ELSE 10 END) FROM generate_series(1, 3) n) TO STDOUT"
        ) { sizes.append($0.count) }
        #expect(count == 3)
        let pieces = [Int](repeating: 1 << 20, count: 30_000_001 >> 20)
        #expect(sizes == [11] + pieces + [30_000_001 % (1 << 20), 11])
    }

    @Test func `hands out no chunk for no rows`() async throws {
        let session = try await ScratchCluster.shared().openSession()
        let count = try await session.copyOut("COPY (SELECT 1 WHERE false) TO STDOUT") { _ in
            Issue.record("a chunk without rows")
        }
        #expect(count == 0)
    }

    @Test func `counts rows without columns`() async throws {
        let session = try await ScratchCluster.shared().openSession()
        try await session.execute("CREATE TEMP TABLE bare (); INSERT INTO bare DEFAULT VALUES")
        var bytes: [UInt8] = []
        #expect(try await session.copyOut("COPY bare TO STDOUT") { bytes += $0 } == 1)
        #expect(bytes == [Self.newline])
    }

    @Test func `stays usable after the receiver threw`() async throws {
        struct Full: Error {}
        let session = try await ScratchCluster.shared().openSession()
        await #expect(throws: Full.self) {
            try await session.copyOut("COPY (SELECT generate_series(1, 10000000)) TO STDOUT") { _ in throw Full() }
        }
        #expect(try await session.query("SELECT 1 AS one").onlyRow().int("one") == 1)
    }

    @Test func `leaves nothing of a COPY whose source threw`() async throws {
        struct Broken: Error {}
        let session = try await ScratchCluster.shared().openSession()
        try await session.execute("CREATE TEMP TABLE target (n int)")
        var isFirst = true
        await #expect(throws: Broken.self) {
            try await session.copyIn("COPY target FROM STDIN") {
                guard isFirst else { throw Broken() }
                isFirst = false
                return Array("1\n2\n".utf8)
            }
        }
        #expect(try await session.query("SELECT count(*) FROM target").onlyRow().int("count") == 0)
    }

    @Test func `says what is wrong with a row that cannot be loaded`() async throws {
        let session = try await ScratchCluster.shared().openSession()
        try await session.execute("CREATE TEMP TABLE target (n int)")
        var chunks = [Array("1\n".utf8), Array("secret\n".utf8)][...]
        let error = try await #require(throws: PostgresError.self) {
            try await session.copyIn("COPY target FROM STDIN") { chunks.popFirst() }
        }
        guard case .statement(let failure) = error else { throw error }
        #expect(failure.sqlState == SQLState("22P02"))
        #expect(failure.context?.contains("line 2") == true)
        #expect(try await session.query("SELECT count(*) FROM target").onlyRow().int("count") == 0)
    }

    @Test func `refuses a statement that is no COPY`() async throws {
        let session = try await ScratchCluster.shared().openSession()
        await #expect(throws: PostgresError.self) { try await session.copyOut("SELECT 1") { _ in } }
        await #expect(throws: PostgresError.self) { try await session.execute("COPY (SELECT 1) TO STDOUT") }
        #expect(try await session.query("SELECT 1 AS one").onlyRow().int("one") == 1)
    }

    @Test func `reports an error in the middle of a COPY`() async throws {
        let session = try await ScratchCluster.shared().openSession()
        let error = try await #require(throws: PostgresError.self) {
            try await session.copyOut("COPY (SELECT 1 / (500000 - n) FROM generate_series(1, 1000000) n) TO STDOUT") {
                _ in
            }
        }
        guard case .statement(let failure) = error else { throw error }
        #expect(failure.sqlState == SQLState("22012"))
        #expect(failure.message == "division by zero")
        #expect(try await session.query("SELECT 1 AS one").onlyRow().int("one") == 1)
    }

    @Test func `keeps other statements out of a running COPY`() async throws {
        let session = try await ScratchCluster.shared().openSession()
        let (gate, opener) = AsyncStream<Void>.makeStream()
        try await withThrowingTaskGroup(of: String.self) { group in
            group.addTask {
                let count = try await session.copyOut("COPY (SELECT generate_series(1, 200000)) TO STDOUT") { _ in
                    opener.yield()
                    await Task.yield()
                }
                return "copied \(count)"
            }
            for await _ in gate { break }
            group.addTask { try await session.query("SELECT 'heartbeat' AS beat").onlyRow().string("beat") }
            var order: [String] = []
            for try await text in group { order.append(text) }
            #expect(order == ["copied 200000", "heartbeat"])
        }
    }
}
