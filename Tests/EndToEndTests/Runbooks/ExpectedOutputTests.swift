import Testing

@Suite struct ExpectedOutputTests {
    @Test(arguments: [
        ("a\nb", "a\nb\n"), ("a\nb", "\na  \nb\n\n"), ("…", ""), ("…", "a\nb"), ("a\n…\nb", "a\nb"),
        ("a\n…\nb", "a\nx\ny\nb"),
        ("took … s", "took 0.2 s"), ("… a … b", "1 a 2 b"), ("…\na\n…", "x\na\ny"), ("keep …, last", "keep x, y, last"),
        ("a b", "a   b "), ("-+-", "----+-----"),
    ])
    func `is what is printed`(_ expected: String, _ output: String) {
        #expect(ExpectedOutput(expected).matches(output))
    }

    @Test(arguments: [
        ("a", "b"), ("a", "a\nb"), ("a\nb", "a"), ("a\n…\nb", "a\nx"), ("took … s", "took s"), ("aXa", "aXXa"),
        ("a…a", "a"),
        ("… a … b", "1 b 2 a"), ("a", ""), ("…\na", "a\nx"), ("a b", "ab"), ("x … y\n…", "x y"),
    ])
    func `is something else`(_ expected: String, _ output: String) {
        #expect(!ExpectedOutput(expected).matches(output))
    }
}
