import JobModel
import Testing

@Suite struct TablePatternTests {
    @Test(arguments: [
        ("public.orders", true), ("public.*", true), ("*", true), ("*.orders", true), ("orders", true), ("or*s", true),
        ("o*d*s", true), ("orders*", true), ("public.order", false), ("app.*", false), ("Orders", false),
        ("public", false), ("*x", false), ("p*.o*x", false),
    ])
    func `matches schema and table, or the table alone`(pattern: String, isMatch: Bool) throws {
        #expect(try #require(TablePattern(pattern)).matches(schema: "public", table: "orders") == isMatch)
    }

    @Test func `takes no empty pattern`() {
        #expect(TablePattern("") == nil)
    }

    @Test func `takes no time over many stars`() throws {
        let pattern = try #require(TablePattern(String(repeating: "a*", count: 30) + "b"))
        #expect(!pattern.matches(schema: "s", table: String(repeating: "a", count: 2_000)))
    }
}
