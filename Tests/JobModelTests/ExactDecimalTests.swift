import JobModel
import Testing

@Suite struct ExactDecimalTests {
    @Test(arguments: [
        ("0", "-0.00"), ("42", "42.00"), ("0042", "4.2e1"), ("1e3", "1000"), ("-1e-3", "-0.001"), (".5", "0.50"),
        ("5.", "5"), ("+7", "7"), ("0e999", "0"), ("100", "1E2"), ("0.10", "10e-2"),
    ])
    func `numbers that are written in different ways are equal`(_ pair: (String, String)) throws {
        let (left, right) = (try #require(ExactDecimal(pair.0)), try #require(ExactDecimal(pair.1)))
        #expect(left == right)
        #expect(!(left < right) && !(right < left))
    }

    @Test(arguments: [
        ("1", "2"), ("-2", "-1"), ("-1", "0"), ("0", "0.0001"), ("9", "10"), ("0.09", "0.1"), ("-10", "-9"),
        ("9007199254740992", "9007199254740993"), ("0.1", "0.10000000000000000000000000000000000001"),
        ("99999999999999999999999999999999999998.99", "99999999999999999999999999999999999999"), ("1", "1e999999999"),
        ("1e-999999999", "1"), ("-1e9", "1e-9"), ("1.5", "1.51"), ("12", "12.000000000001"),
    ])
    func `numbers are ordered without rounding`(_ pair: (String, String)) throws {
        let (low, high) = (try #require(ExactDecimal(pair.0)), try #require(ExactDecimal(pair.1)))
        #expect(low < high)
        #expect(!(high < low))
        #expect(low != high)
    }

    @Test(arguments: ["", ".", "-", "e5", "1e", "NaN", "Infinity", "1,5", "0x10", " 1", "1 ", "1.2.3", "٣", "--1"])
    func `nothing else is a number`(_ text: String) {
        #expect(ExactDecimal(text) == nil)
    }
}
