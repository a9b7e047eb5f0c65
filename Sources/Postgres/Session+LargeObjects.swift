import BlockingWork
import CPQ
import JobModel

extension Session {
    /// Hands out the bytes of a large object, in chunks of `chunkSizeInBytes`, and returns their number.
    ///
    /// Takes place in the caller's transaction, and sees what its snapshot sees; holes read as zeros. An empty object
    /// gives no chunk.
    package nonisolated(nonsending) func readLargeObject(
        oid: UInt32, chunkSizeInBytes: Int = 1 << 20,
        _ receive: nonisolated(nonsending) ([UInt8]) async throws -> Void
    ) async throws -> Int64 {
        var offset: Int64 = 0
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

    /// Writes the bytes that `next` returns until nil into a large object that exists, from its beginning, and
    /// returns their number. What the object holds beyond them stays.
    ///
    /// Takes place in the caller's transaction.
    package nonisolated(nonsending) func writeLargeObject(
        oid: UInt32, _ next: nonisolated(nonsending) () async throws -> [UInt8]?
    ) async throws -> Int64 {
        var offset: Int64 = 0
        while let chunk = try await next() {
            for start in stride(from: 0, to: chunk.count, by: 1 << 24) {
                let piece = Array(chunk[start..<min(start + (1 << 24), chunk.count)])
                let position = offset
                try await turns.withTurn {
                    try await interruptible { try $0.writeLargeObject(oid, at: position, piece) }
                }
                offset += Int64(piece.count)
            }
        }
        return offset
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

    private func writeLargeObject(_ oid: UInt32, at offset: Int64, _ bytes: [UInt8]) throws(PostgresError) {
        let sql: ServerText =
            "SELECT pg_catalog.lo_put($1::pg_catalog.oid, $2::pg_catalog.int8, $3::pg_catalog.bytea)"
        let parameters: [StatementParameter] = [
            .text(ServerText("\(oid)")), .text(ServerText("\(offset)")), .binary(bytes),
        ]
        let result = try run(sql, parameters)
        defer { PQclear(result) }
        try check(result, of: sql, isOneOf: [PGRES_TUPLES_OK])
    }
}
