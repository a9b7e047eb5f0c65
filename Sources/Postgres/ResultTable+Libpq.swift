import CPQ
import JobModel

extension ResultTable {
    /// Copies a result in text form.
    init(_ result: OpaquePointer) {
        let columns = (0..<PQnfields(result)).map { column in
            PQfname(result, column).map { String(cString: $0) } ?? ""
        }
        let rows = (0..<PQntuples(result)).map { row in
            (0..<Int32(columns.count)).map { column in Self.value(result, row, column).map { ServerText(bytes: $0) } }
        }
        self.init(
            columns: columns, columnTypes: columns.indices.map { PQftype(result, Int32($0)) }, rows: rows,
            commandTag: PQcmdStatus(result).map { String(cString: $0) } ?? "",
            affectedRows: PQcmdTuples(result).flatMap { Int(String(cString: $0)) })
    }

    /// The bytes of one value; nil for SQL's NULL.
    static func value(_ result: OpaquePointer, _ row: Int32, _ column: Int32) -> [UInt8]? {
        guard PQgetisnull(result, row, column) == 0, let bytes = PQgetvalue(result, row, column) else { return nil }
        return [UInt8](UnsafeRawBufferPointer(start: bytes, count: Int(PQgetlength(result, row, column))))
    }
}
