import JobModel
import Testing

@Suite struct ListenAddressTests {
    @Test(arguments: [
        ("127.0.0.1:8432", "127.0.0.1", 8432, true), ("localhost:1", "localhost", 1, true),
        ("[::1]:80", "::1", 80, true),
        ("127.1.2.3:0", "127.1.2.3", 0, true), ("0.0.0.0:8432", "0.0.0.0", 8432, false), ("[::]:1", "::", 1, false),
        ("10.0.0.1:65535", "10.0.0.1", 65_535, false), ("db.internal:1", "db.internal", 1, false),
        ("127.0.0.1.example.com:1", "127.0.0.1.example.com", 1, false), ("127.0.0.256:1", "127.0.0.256", 1, false),
    ])
    func `is read, and written as it was`(text: String, host: String, port: Int, isLoopback: Bool) throws {
        let address = try #require(ListenAddress(text))
        #expect(address == ListenAddress(host: host, port: port))
        #expect(address.text == text)
        #expect(address.isLoopback == isLoopback)
    }

    @Test(arguments: [
        "", "8432", ":8432", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1", "::1:80",
        "[]:1", "[a]:1", "a b:1", "http://localhost:1", "127.0.0.1:+1", "127.0.0.1:123456", "[::1]",
    ])
    func `is refused`(text: String) {
        #expect(ListenAddress(text) == nil)
    }
}
