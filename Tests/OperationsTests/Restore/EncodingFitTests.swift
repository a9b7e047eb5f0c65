import JobModel
import Testing

@testable import Operations
@testable import Postgres

@Suite struct EncodingFitTests {
    private func fit(_ source: String, _ target: String) -> EncodingFit {
        EncodingFit(source: source, target: target, database: "shop")
    }

    @Test(arguments: [
        ("UTF8", "UTF8", nil), ("LATIN1", "UTF8", nil), ("SQL_ASCII", "SQL_ASCII", nil),
        ("SQL_ASCII", "UTF8", "takes only bytes that are characters in it"),
        ("UTF8", "LATIN1", "a character that LATIN1 does not have"), ("LATIN1", "SQL_ASCII", "the bytes of UTF-8"),
    ])
    func `warns where a database does not take everything`(source: String, target: String, words: String?) {
        let warning = fit(source, target).warning
        #expect((warning == nil) == (words == nil))
        if let words { #expect(warning?.contains(words) == true, "\(warning ?? "")") }
    }

    @Test func `says of encodings what the server says of bytes, and leaves other failures as they are`() {
        func failure(_ state: String) -> PostgresError {
            .statement(
                StatementFailure(
                    sqlState: SQLState(state), message: "invalid byte sequence for encoding \"UTF8\": 0xe9 0x72",
                    statement: "COPY public.t (a) FROM STDIN"))
        }
        let told = fit("SQL_ASCII", "UTF8").explaining(failure("22021")) as? EncodingError
        #expect(told?.message.contains("cannot hold what was SQL_ASCII") == true)
        #expect(told?.message.contains("COPY public.t") == true && told?.category == .cannotWrite)
        #expect(fit("SQL_ASCII", "UTF8").explaining(failure("23505")) is PostgresError)
        #expect(fit("UTF8", "UTF8").explaining(failure("22021")) is PostgresError)
        let refused = OperationError.restoreRefused(
            step: "making the definitions", reason: "character … has no equivalent in encoding \"LATIN1\"")
        #expect(fit("UTF8", "LATIN1").explaining(refused) is EncodingError)
    }
}
