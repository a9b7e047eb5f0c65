import JobModel
import Testing

@testable import JobFile

@Suite struct DatabaseSelectionKeysTests {
    private func backup(_ more: String) throws -> BackupJob {
        let job = try #require(try Decoding.decode(Decoding.good + more).configuration.job(named: "nightly"))
        guard case .backup(let backup) = job.kind else { throw CancellationError() }
        return backup
    }

    @Test func `a job backs up one database, or those that it names`() throws {
        #expect(try backup("").databases == nil)
        #expect(try backup("databases = \"*\"").databases == .all)
        #expect(
            try backup("databases = [\"shop\", \"crm_*\"]\nexclude_databases = \"crm_old\"").databases
                == DatabaseSelection(["shop", "crm_*"], excluding: ["crm_old"]))
    }

    @Test func `a verify job chooses among the databases of the job that it proves`() throws {
        let text =
            Decoding.good
            + "databases = \"*\"\n[jobs.prove]\nkind = \"verify\"\nof = \"nightly\"\ndatabases = [\"s*\"]\nmost_databases = 3"
        let job = try #require(try Decoding.decode(text).configuration.job(named: "prove"))
        guard case .verify(let verify) = job.kind else { throw CancellationError() }
        #expect(verify.databases == DatabaseSelection(["s*"]) && verify.mostDatabases == 3)
    }

    @Test(arguments: [
        Slip("databases = []", #"14:1: "databases" names none; "*" is all of them"#),
        Slip("exclude_databases = [\"a\"]", #"14:1: "exclude_databases" goes with "databases", for instance "*""#),
        Slip("databases = true", #"14:1: "databases" takes an array of strings, ["…"], found true"#),
        Slip(
            "databases = [\"a\", \"b\"]\nexclude_databases = [\"b\"]",
            #"15:1: "b" is named by "databases" and excluded as well"#),
        Slip(
            "[jobs.prove]\nkind = \"verify\"\nof = \"nightly\"\ndatabases = \"a\"",
            #"17:1: "nightly" backs up one database only: there is nothing to choose from"#),
        Slip(
            "[jobs.prove]\nkind = \"verify\"\nof = \"nightly\"\nmost_databases = 1",
            #"17:1: "nightly" backs up one database only"#),
    ])
    func `refuses what cannot be meant`(slip: Slip) {
        #expect(slip.found == slip.expected)
    }

    @Test func `a job of several databases has a name that leaves room for theirs`() {
        let name = String(repeating: "n", count: 61)
        let text = Decoding.good.replacing("[jobs.nightly]", with: "[jobs.\(name)]") + "databases = \"*\""
        #expect(Decoding.faults(of: text).count == 1)
        #expect(Decoding.faults(of: text.replacing("nnn]", with: "nn]")).isEmpty)
    }
}
