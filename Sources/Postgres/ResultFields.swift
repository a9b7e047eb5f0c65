import CPQ

/// The fields of an error or notice. Source: PostgreSQL manual, 34.3.1 "PQresultErrorField".
struct ResultFields {
    private let result: OpaquePointer

    init(_ result: OpaquePointer) {
        self.result = result
    }

    /// `code` is the character behind libpq's `PG_DIAG_…`, which Swift does not import.
    private func field(_ code: Unicode.Scalar) -> String? {
        PQresultErrorField(result, Int32(code.value)).map { String(cString: $0) }
    }

    var severity: String? { field("S") }
    /// The same in English, whatever the server's language: `FATAL` ends the connection.
    var isFatal: Bool { ["FATAL", "PANIC"].contains(field("V")) }
    var message: String? { field("M") }
    var detail: String? { field("D") }
    var hint: String? { field("H") }
    var context: String? { field("W") }

    /// Nil where libpq made the error up itself, for instance when the connection broke.
    var sqlState: SQLState? { field("C").map(SQLState.init) }
}
