import Foundation
import TestSupport
import Testing

extension EndToEndTests {
    @Suite struct NotifyTests {
        /// Writes a job file with one notifier, whose URL stands in a file of its own, and returns its path.
        private func jobFile(_ workplace: Workplace, url: String) throws -> String {
            let (path, secret) = ("\(workplace.folder)/dbops.toml", "\(workplace.folder)/hook")
            let text = """
                [notifiers.ops]
                kind = "webhook"
                url_file = "\(secret)"
                on = ["failed"]
                """
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            try Data("\(url)\n".utf8).write(to: URL(fileURLWithPath: secret))
            return path
        }

        @Test func `notify test sends a notice, and says that it was taken`() async throws {
            let server = try ScriptedServer { _ in .answer(200) }
            let workplace = try Workplace()
            let path = try jobFile(workplace, url: "\(server.endpoint)/hook")
            let result = try await workplace.succeed("notify", "test", "ops", "--config", path, "--json")
            #expect(
                result.standardOutput == #"{"kind":"webhook","notifier":"ops","outcome":"succeeded"}"# + "\n")
            #expect(server.requests.map { $0.headers["x-dbops-event"] } == ["test"])
        }

        @Test func `notify test says why a notice is not taken, without its address`() async throws {
            let server = try ScriptedServer { request in .answer(404, [:], Array("no \(request.target)".utf8)) }
            let workplace = try Workplace()
            let path = try jobFile(workplace, url: "\(server.endpoint)/s3cr3t")
            let result = try await workplace.run("notify", "test", "ops", "--config", path, "--verbose")
            #expect(result.exitCode == 69)
            #expect(
                result.standardError.contains(
                    "the notifier ops could not be reached: the receiver answered with the status 404"))
            #expect(!(result.standardError + result.standardOutput).contains("s3cr3t"))
        }

        @Test func `notify test knows the names of notifiers`() async throws {
            let workplace = try Workplace()
            let path = try jobFile(workplace, url: "http://localhost/")
            let result = try await workplace.run("notify", "test", "opps", "--config", path)
            #expect(result.exitCode == 78)
            #expect(result.standardError.contains("the job file defines no notifier opps"))
            #expect(result.standardError.contains("The job file has: ops."))
        }
    }
}
