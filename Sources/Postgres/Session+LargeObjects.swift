import BlockingWork
import CPQ
import JobModel

extension Session {
    /// The beginnings of several large objects, in order, read by one query: all of those that are shorter than
    /// `limitInBytes`, and as much of all others.
    ///
    /// Takes place in the caller's transaction, and sees what its snapshot sees; holes read as zeros. Memory: the
    /// product of number and limit, twice.
    package nonisolated(nonsending) func readLargeObjects(
        _ oids: [UInt32], atMost limitInBytes: Int
    ) async throws -> [[UInt8]] {
        try await turns.withTurn {
            try await interruptible { try $0.readBeginnings(of: oids, limitInBytes) }
        }
    }

    /// Hands out the bytes of a large object from `beginning` on, in chunks of `chunkSizeInBytes`, and returns where it
    /// ends.
    ///
    /// Takes place in the caller's transaction, and sees what its snapshot sees; holes read as zeros. An empty object
    /// gives no chunk.
    package nonisolated(nonsending) func readLargeObject(
        oid: UInt32, from beginning: Int64 = 0, chunkSizeInBytes: Int = 1 << 20,
        _ receive: nonisolated(nonsending) ([UInt8]) async throws -> Void
    ) async throws -> Int64 {
        var offset = beginning
        while true {
            let position = offset
            let chunk = try await turns.withTurn {
                try await interruptible { try $0.readLargeObject(oid, at: position, chunkSizeInBytes) }
            }
            if !chunk.isEmpty { try await receive(chunk) }
            offset += Int64(chunk.count)
            if chunk.count < chunkSizeInBytes { return offset }
        }
    }

    /// Writes into large objects that exist, in the order of `pieces`, by one query. What an object holds elsewhere
    /// stays.
    ///
    /// Takes place in the caller's transaction. Memory: the pieces, three times.
    package nonisolated(nonsending) func writeLargeObjects(_ pieces: [LargeObjectPiece]) async throws {
        try await turns.withTurn {
            try await interruptible { try $0.write(pieces) }
        }
    }

    private func readLargeObject(_ oid: UInt32, at offset: Int64, _ count: Int) throws(PostgresError) -> [UInt8] {
        let sql: ServerText = "SELECT pg_catalog.lo_get($1::pg_catalog.oid, $2::pg_catalog.int8, $3::pg_catalog.int4)"
        let parameters = ["\(oid)", "\(offset)", "\(count)"].map { StatementParameter.text(ServerText($0)) }
        let result = try run(sql, parameters, wantsBinaryResult: true)
        defer { PQclear(result) }
        try check(result, of: sql, isOneOf: [PGRES_TUPLES_OK])
        guard PQntuples(result) == 1, let bytes = ResultTable.value(result, 0, 0) else {
            throw .unexpectedResult("large object \(oid) gave no bytes")
        }
        return bytes
    }

    private func readBeginnings(of oids: [UInt32], _ limitInBytes: Int) throws(PostgresError) -> [[UInt8]] {
        let sql: ServerText = """
            SELECT o, pg_catalog.lo_get(o, 0, $2::pg_catalog.int4) FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS o
            """
        let result = try run(
            sql, [Self.array(oids.map(String.init)), .text(ServerText("\(limitInBytes)"))], wantsBinaryResult: true)
        defer { PQclear(result) }
        try check(result, of: sql, isOneOf: [PGRES_TUPLES_OK])
        guard PQntuples(result) == oids.count else {
            throw .unexpectedResult("\(PQntuples(result)) large objects in place of \(oids.count)")
        }
        var beginnings: [[UInt8]] = []
        beginnings.reserveCapacity(oids.count)
        for (row, oid) in oids.enumerated() {
            guard ResultTable.value(result, Int32(row), 0) == oid.networkBytes,
                let bytes = ResultTable.value(result, Int32(row), 1)
            else { throw .unexpectedResult("large object \(oid) gave no bytes") }
            beginnings.append(bytes)
        }
        return beginnings
    }

    private func write(_ pieces: [LargeObjectPiece]) throws(PostgresError) {
        let sql: ServerText = """
            SELECT pg_catalog.count(pg_catalog.lo_put(o, f, b))
            FROM unnest($1::pg_catalog.oid[], $2::pg_catalog.int8[], $3::pg_catalog.bytea[]) AS t(o, f, b)
            """
        let contents = StatementParameter.binary(byteaArray: pieces.map(\.bytes))
        let result = try run(
            sql, [Self.array(pieces.map { "\($0.oid)" }), Self.array(pieces.map { "\($0.offset)" }), contents])
        defer { PQclear(result) }
        try check(result, of: sql, isOneOf: [PGRES_TUPLES_OK])
        guard ResultTable.value(result, 0, 0) == Array("\(pieces.count)".utf8) else {
            throw .unexpectedResult("large objects were not all written")
        }
    }

    private static func array(_ numbers: [String]) -> StatementParameter {
        .text(ServerText("{\(numbers.joined(separator: ","))}"))
    }
}

/// Bytes of a large object, and where in it they stand.
package struct LargeObjectPiece: Hashable, Sendable {
    package let oid: UInt32
    package let offset: Int64
    package let bytes: [UInt8]

    package init(oid: UInt32, offset: Int64, bytes: [UInt8]) {
        self.oid = oid
        self.offset = offset
        self.bytes = bytes
    }
}
