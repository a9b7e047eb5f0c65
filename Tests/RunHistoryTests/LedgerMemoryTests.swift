import JobModel
import TestSupport
import Testing

/// What every ledger promises about what jobs remember.
struct LedgerMemoryTests {
    @Test(arguments: LedgerUnderTest.available)
    func `what is remembered comes back as it was, each by its name`(_ kind: LedgerUnderTest) async throws {
        try await kind.withLedger { ledger async throws in
            #expect(try await ledger.memory(named: "a") == nil)
            let text = "{\"it's\": \"ünd\\n漢字\"}" + String(repeating: "x", count: 200_000)
            try await ledger.remember("before", as: "a")
            try await ledger.remember(text, as: "a")
            try await ledger.remember("other", as: "A")
            #expect(try await ledger.memory(named: "a") == text)
            #expect(try await ledger.memory(named: "A") == "other")
        }
    }

    @Test(arguments: LedgerUnderTest.available)
    func `what is forgotten is gone`(_ kind: LedgerUnderTest) async throws {
        try await kind.withLedger { ledger async throws in
            try await ledger.remember("text", as: "a")
            try await ledger.remember(nil, as: "a")
            try await ledger.remember(nil, as: "b")
            #expect(try await ledger.memory(named: "a") == nil)
        }
    }
}
