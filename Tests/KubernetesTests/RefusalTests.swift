import JobModel
import Testing

@testable import Kubernetes

@Suite struct `what CronJobs cannot do` {
    private func reasons(_ keys: String) throws -> [String] {
        let request = try Rendering.request(Rendering.jobFile(keys, more: Rendering.proof))
        do throws(RenderError) {
            _ = try Manifests(rendering: request)
            return []
        } catch {
            return error.reasons
        }
    }

    @Test(arguments: [
        ("every = \"90m\"", "write every = \"1h\" or \"2h\", or a schedule"),
        ("schedule = \"0 2 */2 * 1\"", "write one job for each"),
        ("schedule = \"0 2 * * *\"\ncatch_up = \"all\"", "write \"one\" or \"none\""),
        ("schedule = \"0 2 * * *\"\nspread = \"7d\"", "a spread of up to 1h"),
        ("schedule = \"0 2 * * *\"\nconflicts_with = [\"kind:verify\"]", "let one come after the other"),
    ])
    func `is refused by the job's name, with what to do instead`(keys: String, advice: String) throws {
        let found = try reasons(keys)
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("the job nightly: ") == true)
        #expect(found.first?.contains(advice) == true, "\(found)")
    }

    @Test func `is all said at once`() throws {
        #expect(try reasons("every = \"90m\"\ncatch_up = \"all\"\nconflicts_with = [\"kind:verify\"]").count == 3)
    }

    @Test func `includes a server behind a socket`() throws {
        let request = try Rendering.request(Rendering.jobFile("schedule = \"0 2 * * *\"")) { request in
            request.endpoints = [.init(table: ["databases", "shop"], ports: [5_432], files: [], isSocket: true)]
        }
        let error = #expect(throws: RenderError.self) { try Manifests(rendering: request) }
        #expect(error?.reasons.first?.contains("databases.shop is reached through a socket") == true)
    }

    @Test func `is warned of where it can be lived with`() throws {
        let warnings = try Rendering.manifests(
            Rendering.jobFile("schedule = \"30 2 * * *\"\ntimezone = \"Europe/Berlin\"\nalert_after = \"26h\"")
        ).warnings
        #expect(warnings.contains { $0.contains("nightly does not run on 2027-03-28") }, "\(warnings)")
        #expect(warnings.contains { $0.contains("alert_after of nightly") })
        #expect(warnings.contains { $0.contains("Set state to a postgresql:// URL") })
        let quiet = try Rendering.manifests(Rendering.jobFile("schedule = \"30 2 * * *\"")).warnings
        #expect(!quiet.contains { $0.contains("does not run on") })
    }
}
