import JobModel
import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct LargeObjectTests {
    @Test(arguments: [0, 1, 999, 1_000, 1_001, 2_500_000])
    func `reads what was written`(size: Int) async throws {
        let session = try await ScratchCluster.shared().openSession()
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let oid = try await session.query("SELECT lo_create(0) AS oid").onlyRow().oid("oid")
        var pieces = [Array(bytes.prefix(size / 3)), Array(bytes.dropFirst(size / 3))][...]
        #expect(try await session.writeLargeObject(oid: oid) { pieces.popFirst() } == Int64(size))
        var read: [UInt8] = []
        let count = try await session.readLargeObject(oid: oid, chunkSizeInBytes: 1_000) { chunk in
            #expect((1...1_000).contains(chunk.count))
            read += chunk
        }
        #expect(count == Int64(size))
        #expect(read == bytes)
    }

    @Test func `reads holes as zeros`() async throws {
        let session = try await ScratchCluster.shared().openSession()
        let oid = try await session.query("SELECT lo_create(0) AS oid").onlyRow().oid("oid")
        _ = try await session.query("SELECT lo_put(\(oid), 5000, 'x')")
        var read: [UInt8] = []
        _ = try await session.readLargeObject(oid: oid, chunkSizeInBytes: 512) { read += $0 }
        #expect(read == [UInt8](repeating: 0, count: 5_000) + [UInt8(ascii: "x")])
    }

    @Test func `sees what its transaction's snapshot sees`() async throws {
        let cluster = try await ScratchCluster.shared()
        let session = try await cluster.openSession()
        let oid = try await session.query("SELECT lo_from_bytea(0, 'old') AS oid").onlyRow().oid("oid")
        try await session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; SELECT 1")
        _ = try await cluster.openSession().query("SELECT lo_put(\(oid), 0, 'new')")
        var read: [UInt8] = []
        _ = try await session.readLargeObject(oid: oid) { read += $0 }
        #expect(read == Array("old".utf8))
    }

    @Test func `says that an object is not there`() async throws {
        let session = try await ScratchCluster.shared().openSession()
        let error = try await #require(throws: PostgresError.self) {
            _ = try await session.readLargeObject(oid: 4_000_000_000) { _ in }
        }
        guard case .statement(let failure) = error else { throw error }
        #expect(failure.sqlState == SQLState("42704"))
    }
}
