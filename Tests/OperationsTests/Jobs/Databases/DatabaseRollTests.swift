import Foundation
import JobModel
import Testing

@testable import Operations

@Suite struct DatabaseRollTests {
    private let server = [
        ServerDatabase(name: "crm"), ServerDatabase(name: "half", obstacle: .halfDropped), ServerDatabase(name: "shop"),
        ServerDatabase(name: "shut", obstacle: .takesNoConnections),
        ServerDatabase(name: ServerText(bytes: [0xe9]), obstacle: .strangeName),
    ]

    @Test func `takes what can be worked on, and says of the rest why not`() {
        let roll = DatabaseRoll(of: server, selecting: .all)
        #expect(roll.databases == ["crm", "shop"])
        // What nobody could ever back up is a failure; what is shut on purpose is none.
        #expect(roll.refusals.map(\.database) == [ServerText(bytes: [0xe9])])
        #expect(roll.notes.count == 2)
        #expect(roll.notes.allSatisfy { $0.contains("half") || $0.contains("shut") })
    }

    @Test func `what is named must be there and take connections`() {
        let roll = DatabaseRoll(of: server, selecting: DatabaseSelection(["shop", "shut", "gone", "c*"]))
        #expect(roll.databases == ["crm", "shop"])
        #expect(roll.refusals.map(\.database) == ["shut", "gone"])
        #expect(roll.refusals.last?.reason == "the server has none of this name")
        #expect(roll.notes.isEmpty)
    }

    @Test func `tells what is new and what is gone since the last run, and nothing at the first`() {
        #expect(DatabaseChanges(from: nil, to: ["a"]).notes.isEmpty)
        let changes = DatabaseChanges(from: ["a", "b", "c"], to: ["b", "d"])
        #expect(changes.found == ["d"] && changes.vanished == ["a", "c"])
        #expect(changes.notes.count == 2)
        #expect(changes.isLoss(limit: 0.5) && !changes.isLoss(limit: 0.7))
        #expect(!DatabaseChanges(from: ["a"], to: ["b"]).isLoss(limit: 0.5))
    }

    @Test func `names that look alike are two databases`() {
        let changes = DatabaseChanges(from: ["é"], to: ["e\u{301}"])
        #expect(changes.found.count == 1 && changes.vanished.count == 1)
    }

    @Test func `remembers names byte by byte`() async {
        let remembered = RememberedDatabases(memory: RememberingMemory(), job: "nightly")
        #expect(await remembered.recall() == nil)
        let names = [ServerText("a\n\"b\""), ServerText(bytes: [0xe9])]
        await remembered.remember(names)
        #expect(await remembered.recall() == names)
    }
}

@Suite struct DatabaseResultsTests {
    private func results(_ outcomes: (String, RunOutcome, FailureCategory?)...) -> DatabaseResults {
        DatabaseResults(
            outcomes.map { name, outcome, category in
                let report = outcome == .failed ? nil : "{\"rows\": 2, \"seconds\": 0.5, \"backup\": \"id\"}"
                return DatabaseResults.Entry(
                    database: ServerText(name),
                    result: JobResult(
                        outcome: outcome, message: outcome == .succeeded ? nil : "why", report: report,
                        category: category))
            })
    }

    @Test func `one that fails makes the run partial and is named`() {
        let results = results(("a", .succeeded, nil), ("b", .failed, .permission), ("c", .partial, .partial))
        #expect(results.outcome == .partial && results.category == .partial)
        #expect(results.message == "2 of 3 databases: b: why; c: why")
        #expect(self.results(("a", .succeeded, nil)).message == nil)
    }

    @Test func `nothing good is a run that failed, with the cause they have in common`() {
        let same = results(("a", .failed, .unavailable), ("b", .failed, .unavailable))
        #expect(same.outcome == .failed && same.category == .unavailable)
        #expect(results(("a", .failed, .unavailable), ("b", .failed, .permission)).category == .failed)
    }

    @Test func `the report holds each one's own, and their sums`() throws {
        let results = results(("a \"x\"", .succeeded, nil), ("b", .failed, .permission), ("c", .succeeded, nil))
        let changes = DatabaseChanges(from: ["z"], to: ["b"])
        let text = try #require(DatabasesReport.json(results, changes))
        let object = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(object["rows"] as? Int == 4 && object["seconds"] as? Double == 1)
        let databases = try #require(object["databases"] as? [[String: Any]])
        #expect(databases.compactMap { $0["database"] as? String } == ["a \"x\"", "b", "c"])
        #expect(databases.compactMap { $0["outcome"] as? String } == ["succeeded", "failed", "succeeded"])
        #expect(databases[0]["backup"] as? String == "id" && databases[1]["message"] as? String == "why")
        #expect(object["found"] as? [String] == ["b"] && object["vanished"] as? [String] == ["z"])
    }
}
