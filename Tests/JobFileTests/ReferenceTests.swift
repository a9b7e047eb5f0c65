import JobModel
import Testing

@testable import JobFile

@Suite struct ReferenceTests {
    @Test(arguments: [
        Slip("notify = [\"ops\"]", #"14:11: no notifier is called "ops""#),
        Slip(
            "[jobs.a]\nkind = \"verify\"\nof = \"nigthly\"",
            #"16:1: no backup job is called "nigthly" (did you mean "nightly"?)"#),
        Slip(
            "[jobs.a]\nkind = \"verify\"\nof = \"b\"\n[jobs.b]\nkind = \"prune\"\nof = \"a\"",
            #"16:1: "b" is a job of kind prune, not a backup job"#,
            #"19:1: "a" is a job of kind verify, not a backup job"#),
        Slip(
            "[stores.third]\nurl = \"/b\"\n[jobs.a]\nkind = \"verify\"\nof = \"nightly\"\nstore = \"third\"",
            #"19:1: "nightly" does not write to the store "third""#),
        Slip(
            "[jobs.a]\nkind = \"prune\"\nof = [\"nightly\"]",
            #"16:7: "nightly" has no "retention": there is nothing to prune by"#),
        Slip(
            "[jobs.a]\nkind = \"backup\"\ndatabase = \"shpo\"\nstores = [\"local\", \"ofsite\", \"local\"]",
            #"16:1: no database is called "shpo" (did you mean "shop"?)"#,
            #"17:20: no store is called "ofsite" (did you mean "offsite"?)"#,
            #"17:30: "stores" names "local" twice"#),
        Slip(
            "conflicts_with = [\"nightly\"]",
            #"14:19: a job cannot conflict with itself ("overlap" says what becomes of its own runs)"#),
        Slip("conflicts_with = [\"nigtly\"]", #"14:19: no job is called "nigtly" (did you mean "nightly"?)"#),
        Slip("conflicts_with = [\"kind:backp\"]", #"14:19: "kind:backp" is no kind of job (did you mean "backup"?)"#),
        Slip(
            "conflicts_with = [\"kind:prune\"]",
            #"14:19: "kind:prune" names nobody: there is no other job of this kind"#),
        Slip(
            "[jobs.a]\nkind = \"prune\"\nafter = \"b\"\n[jobs.b]\nkind = \"prune\"\nafter = \"a\"\n[jobs.c]\nkind = \"prune\"\nafter = \"b\"",
            #"16:1: "after" goes in a circle: a → b → a"#),
        Slip("[stores.again]\nurl = \"s3://acme/prod/\"", #"15:1: this is the same place as the store "offsite""#),
    ])
    func `names what is not there, in a circle, or twice`(slip: Slip) {
        #expect(slip.found == slip.expected)
    }

    @Test func `does not complain of references to a table that has a fault of its own`() {
        let text = Decoding.good + "after = \"b\"\n[jobs.b]\nkind = \"later\"\n"
        #expect(Decoding.faults(of: text.replacing("schedule = \"0 2 * * *\"\n", with: "")).count == 1)
    }

    @Test func `holds deletions back until a backup is proven where a verify job proves it`() throws {
        func requires(_ text: String) throws -> Bool? {
            guard case .backup(let backup)? = try Decoding.decode(text).configuration.job(named: "nightly")?.kind else {
                return nil
            }
            return backup.requiresVerified
        }
        let verify = "[jobs.prove]\nkind = \"verify\"\nof = \"nightly\"\n"
        #expect(try requires(Decoding.good) == false)
        #expect(try requires(Decoding.good + verify) == true)
        #expect(try requires(Decoding.good + "require_verified = false\n" + verify) == false)
    }
}
