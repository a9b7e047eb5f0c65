import JobModel
import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct LargeObjectTests {
    @Test(arguments: [0, 1, 999, 1_000, 1_001, 2_500_000])
    func `reads what was written`(size: Int) async throws {
        let session = try await ScratchCluster.shared().openSession()
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let oid = try await session.query("SELECT lo_create(0) AS oid").onlyRow().oid("oid")
        let third = Int64(size / 3)
        try await session.writeLargeObjects([
            LargeObjectPiece(oid: oid, offset: 0, bytes: Array(bytes.prefix(size / 3))),
            LargeObjectPiece(oid: oid, offset: third, bytes: Array(bytes.dropFirst(size / 3))),
        ])
        var read: [UInt8] = []
        let count = try await session.readLargeObject(oid: oid, chunkSizeInBytes: 1_000) { chunk in
            #expect((1...1_000).contains(chunk.count))
            read += chunk
        }
        #expect(count == Int64(size))
        #expect(read == bytes)
        var end: [UInt8] = []
        _ = try await session.readLargeObject(oid: oid, from: third) { end += $0 }
        #expect(end == Array(bytes[Int(third)...]))
    }

    @Test func `reads and writes many at once, each as much as was asked for`() async throws {
        let session = try await ScratchCluster.shared().openSession()
        let sizes = [0, 1, 2_047, 2_048, 2_049, 5_000, 4_999, 5_001, 100_000]
        let contents = sizes.map { size in (0..<size).map { UInt8(truncatingIfNeeded: size &+ $0 &* 31) } }
        let made = try await session.query("SELECT lo_create(0) AS oid FROM generate_series(1, \(sizes.count))")
        let oids = try made.rows.map { try $0.oid("oid") }
        try await session.writeLargeObjects(
            zip(oids, contents).map { LargeObjectPiece(oid: $0, offset: 0, bytes: $1) })
        #expect(try await session.readLargeObjects(oids, atMost: 1_000_000) == contents)
        #expect(
            try await session.readLargeObjects(oids.reversed(), atMost: 5_000).map(\.count)
                == sizes.reversed().map { min($0, 5_000) })
        try await session.writeLargeObjects([])
        #expect(try await session.readLargeObjects([], atMost: 1).isEmpty)
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
        await #expect(throws: PostgresError.self) { try await session.readLargeObjects([4_000_000_000], atMost: 1) }
        await #expect(throws: PostgresError.self) {
            try await session.writeLargeObjects([LargeObjectPiece(oid: 4_000_000_000, offset: 0, bytes: [])])
        }
        guard case .statement(let failure) = error else { throw error }
        #expect(failure.sqlState == SQLState("42704"))
    }
}
