import BlockingWork
import CPQ
import Foundation
package import JobModel

extension Session {
    /// Runs `COPY … TO STDOUT` and hands out its rows, in chunks of at most `chunkSizeInBytes`: whole rows, or a piece of
    /// a row that is larger. So the last byte of a chunk is a newline where a row ends with it, and only there. The
    /// chunk after is read while `receive` works on one, so at most three exist at a time, beside the one row that libpq
    /// holds twice: as it came, and as it hands it out.
    ///
    /// `receive` must not call this session: it would wait for itself.
    ///
    /// Returns the number of rows, as the server counted them, after it has confirmed that all were sent. When
    /// `receive` throws, the COPY is cancelled, the session stays usable (outside of a transaction, or after a
    /// rollback to a savepoint), and its error is thrown.
    package nonisolated(nonsending) func copyOut(
        _ sql: ServerText, chunkSizeInBytes: Int = 1 << 20,
        _ receive: nonisolated(nonsending) ([UInt8]) async throws -> Void
    ) async throws -> Int64 {
        try await turns.withTurn {
            try await beginCopy(sql, expecting: PGRES_COPY_OUT)
            do {
                try await handOut(sql, chunkSizeInBytes, receive)
                return try await interruptible { try $0.finishCopy(sql) }
            } catch {
                await abandonCopy()
                throw error
            }
        }
    }

    /// Runs `COPY … FROM STDIN` with the bytes that `next` returns until nil; rows may be cut anywhere. The next
    /// chunk is asked for while one is sent.
    ///
    /// `next` must not call this session: it would wait for itself.
    ///
    /// Returns the number of rows, as the server counted them. When `next` throws, the COPY fails on the server,
    /// nothing of it stays, and the error is thrown.
    package nonisolated(nonsending) func copyIn(
        _ sql: ServerText, _ next: nonisolated(nonsending) () async throws -> [UInt8]?
    ) async throws -> Int64 {
        try await turns.withTurn {
            try await beginCopy(sql, expecting: PGRES_COPY_IN)
            do {
                try await send(sql, next)
                return try await interruptible { session in
                    guard PQputCopyEnd(try session.openConnection(), nil) == 1 else {
                        throw session.failure(nil, of: sql)
                    }
                    return try session.finishCopy(sql)
                }
            } catch {
                await abandonCopy()
                throw error
            }
        }
    }

    private nonisolated(nonsending) func beginCopy(_ sql: ServerText, expecting status: ExecStatusType) async throws {
        try await interruptible { session in
            let result = try session.run(sql)
            defer { PQclear(result) }
            try session.check(result, of: sql, isOneOf: [status])
            session.hasLastRow = false
        }
    }

    private nonisolated(nonsending) func handOut(
        _ sql: ServerText, _ chunkSizeInBytes: Int, _ receive: nonisolated(nonsending) ([UInt8]) async throws -> Void
    ) async throws {
        var chunk = try await nextChunk(sql, chunkSizeInBytes)
        while let current = chunk {
            async let following = nextChunk(sql, chunkSizeInBytes)
            try await receive(current)
            chunk = try await following
        }
    }

    private nonisolated(nonsending) func send(
        _ sql: ServerText, _ next: nonisolated(nonsending) () async throws -> [UInt8]?
    ) async throws {
        var chunk = try await next()
        while let current = chunk {
            async let sent: Void = put(current, sql)
            chunk = try await next()
            try await sent
        }
    }

    private nonisolated(nonsending) func nextChunk(_ sql: ServerText, _ sizeInBytes: Int) async throws -> [UInt8]? {
        try await interruptible { try $0.readChunk(sql, sizeInBytes) }
    }

    private nonisolated(nonsending) func put(_ chunk: [UInt8], _ sql: ServerText) async throws {
        try await interruptible { session in
            let connection = try session.openConnection()
            for start in stride(from: 0, to: chunk.count, by: Self.largestPut) {
                let piece = chunk[start..<min(start + Self.largestPut, chunk.count)]
                let outcome = piece.withUnsafeBytes { bytes in
                    PQputCopyData(
                        connection, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count))
                }
                guard outcome == 1 else { throw session.failure(nil, of: sql) }
            }
        }
    }

    /// libpq keeps what it is given in a buffer of its own until it is sent.
    private static var largestPut: Int { 1 << 20 }

    /// Gathers rows straight into the storage of the chunk; nil at the end.
    private func readChunk(_ sql: ServerText, _ sizeInBytes: Int) throws(PostgresError) -> [UInt8]? {
        let connection = try openConnection()
        if leftOverRow == nil { try fetchRow(connection, sql) }
        guard let first = leftOverRow else { return nil }
        guard first.count <= sizeInBytes else { return takePiece(of: first, sizeInBytes) }
        var outcome: Result<Void, PostgresError> = .success(())
        let chunk = [UInt8](unsafeUninitializedCapacity: sizeInBytes) { storage, count in
            while let row = leftOverRow, count + row.count <= storage.count {
                UnsafeMutableRawBufferPointer(storage).baseAddress?.advanced(by: count)
                    .copyMemory(from: row.bytes, byteCount: row.count)
                count += row.count
                dropLeftOverRow()
                do throws(PostgresError) { try fetchRow(connection, sql) } catch { outcome = .failure(error) }
            }
        }
        try outcome.get()
        return chunk
    }

    /// The next bytes of a row that is larger than a chunk, straight from libpq's copy of it: another would be one too
    /// many.
    private func takePiece(of row: (bytes: UnsafeMutablePointer<CChar>, count: Int), _ sizeInBytes: Int) -> [UInt8] {
        let begin = leftOverRowOffset
        let count = min(max(1, sizeInBytes), row.count - begin)
        let piece = [UInt8](UnsafeRawBufferPointer(start: row.bytes + begin, count: count))
        leftOverRowOffset = begin + count
        if leftOverRowOffset == row.count { dropLeftOverRow() }
        return piece
    }

    /// Takes a row off libpq; there is none at the end.
    private func fetchRow(_ connection: OpaquePointer, _ sql: ServerText) throws(PostgresError) {
        guard !hasLastRow else { return }
        var row: UnsafeMutablePointer<CChar>?
        let count = Int(PQgetCopyData(connection, &row, 0))
        if let row, count > 0 {
            leftOverRow = (row, count)
        } else if count == -1 {
            hasLastRow = true
        } else {
            let result = PQgetResult(connection)
            defer { PQclear(result) }
            throw failure(result, of: sql)
        }
    }

    /// The server must confirm the COPY, and nothing may follow.
    private func finishCopy(_ sql: ServerText) throws(PostgresError) -> Int64 {
        let connection = try openConnection()
        let result = PQgetResult(connection)
        defer { PQclear(result) }
        try check(result, of: sql, isOneOf: [PGRES_COMMAND_OK])
        let count = PQcmdTuples(result).flatMap { Int64(String(cString: $0)) }
        if let surplus = PQgetResult(connection) {
            defer { PQclear(surplus) }
            try check(surplus, of: sql, isOneOf: [])
        }
        guard let count else { throw .unexpectedResult("the server did not say how many rows it copied") }
        return count
    }

    /// Brings the session back to where it takes statements, whatever state the COPY is in. Never throws: a
    /// connection that broke says so to the next statement.
    private func abandonCopy() {
        canceller.statementBegins()
        defer { canceller.statementEnds() }
        leaveCopy()
    }

    /// Ends a COPY from the middle; the caller has announced a statement to the canceller.
    func leaveCopy() {
        dropLeftOverRow()
        guard let connection = try? openConnection() else { return }
        var isFirst = true
        while PQstatus(connection) == CONNECTION_OK {
            if isFirst, PQtransactionStatus(connection) == PQTRANS_ACTIVE { canceller.cancel() }
            isFirst = false
            guard let result = PQgetResult(connection) else { return }
            let status = PQresultStatus(result)
            PQclear(result)
            if status == PGRES_COPY_IN { _ = PQputCopyEnd(connection, "the client has given up") }
            if status == PGRES_COPY_OUT { Self.discardRows(connection) }
        }
    }

    private static func discardRows(_ connection: OpaquePointer) {
        var row: UnsafeMutablePointer<CChar>?
        while PQgetCopyData(connection, &row, 0) > 0 {
            PQfreemem(row)
            row = nil
        }
    }
}
