import Foundation
import Testing

@testable import Operations

@Suite struct ProcessIdentityTests {
    @Test func `reads what it writes`() throws {
        let identity = ProcessIdentity.current(host: "db1.example.com")
        #expect(ProcessIdentity(identity.description) == identity)
        #expect(identity.livesHere)
    }

    @Test(arguments: ["", "db1", "db1:x:3", ":::"])
    func `refuses all else`(text: String) {
        #expect(ProcessIdentity(text) == nil)
    }

    @Test func `tells a process that is gone, or another with the same number`() throws {
        let own = ProcessIdentity.current(host: "db1")
        let earlier = try #require(ProcessIdentity("db1:\(own.process):1"))
        #expect(!earlier.livesHere)
        let nobody = try #require(ProcessIdentity("db1:4194305:1"))
        #expect(!nobody.livesHere)
    }
}
