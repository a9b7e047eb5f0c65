import JobModel
import Testing

@testable import JobFile

@Suite struct ListenTests {
    private func daemon(_ keys: String) throws -> DaemonSettings {
        try Decoding.decode("[daemon]\n\(keys)\n").configuration.daemon
    }

    @Test func `a page is served on the loopback, for whoever is on this machine`() throws {
        let settings = try daemon("")
        #expect(settings.listen == ListenAddress(host: "127.0.0.1", port: 8432))
        #expect(settings.token == nil)
        #expect(!settings.isReadOnly)
    }

    @Test func `none is served where the key is empty`() throws {
        #expect(try daemon("listen = \"\"").listen == nil)
        #expect(try daemon("listen = \"\"\ntoken_env = \"T\"").listen == nil)
    }

    @Test func `one that can be reached from elsewhere needs a token`() throws {
        let fault =
            "dbops.toml:2:1: \"0.0.0.0:1\" can be reached from elsewhere, so it needs \"token_file\" or \"token_env\""
        #expect(Decoding.faults(of: "[daemon]\nlisten = \"0.0.0.0:1\"\n") == [fault])
        let settings = try daemon("listen = \"0.0.0.0:1\"\ntoken_file = \"/run/token\"\nread_only = true")
        #expect(settings.listen == ListenAddress(host: "0.0.0.0", port: 1))
        #expect(settings.token == .file(path: "/run/token"))
        #expect(settings.isReadOnly)
    }

    @Test(arguments: ["\"8432\"", "\"localhost\"", "8432", "\"::1:80\"", "\"http://localhost:80\""])
    func `what is no address is refused`(value: String) {
        let faults = Decoding.faults(of: "[daemon]\nlisten = \(value)\n")
        #expect(faults.count == 1)
        #expect(faults[0].contains("takes an address and a port such as \"127.0.0.1:8432\""))
    }

    @Test func `a token itself is refused`() {
        #expect(Decoding.faults(of: "[daemon]\ntoken = \"abc\"\n").count == 1)
    }
}
