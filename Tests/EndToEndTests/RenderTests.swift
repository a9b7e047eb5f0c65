import Foundation
import TestSupport
import Testing

extension EndToEndTests {
    /// `dbops render kubernetes`
    @Suite struct RenderTests {
        private static let examples = "\(Workplace.repository)/deploy/kubernetes"

        private func files(in folder: String) throws -> [String: String] {
            try Dictionary(
                uniqueKeysWithValues: Workplace.files(below: folder).map {
                    ($0, try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8))
                })
        }

        @Test(arguments: [("cronjobs", []), ("daemon", ["--daemon"])] as [(String, [String])])
        func `the examples are what it writes`(folder: String, options: [String]) async throws {
            let workplace = try Workplace()
            let output = "\(workplace.folder)/rendered"
            let result = try await workplace.run(
                [
                    "render", "kubernetes", "--config", "\(Self.examples)/dbops.toml", "--image",
                    "registry.example/dbops:1", "--output", output, "--namespace", "backups",
                ] + options)
            #expect(result.exitCode == 0, "\(result)")
            let rendered = try files(in: output)
            let example = try files(in: "\(Self.examples)/\(folder)")
            #expect(Set(rendered.keys) == Set(example.keys))
            for (name, text) in rendered { #expect(example[name] == text, "\(name): run deploy/kubernetes/render") }
            #expect(result.lines.count == rendered.count)
        }

        @Test func `manifests go to standard output, and what is left to do to standard error`() async throws {
            let workplace = try Workplace()
            let result = try await workplace.succeed(
                "render", "kubernetes", "--config", "\(Self.examples)/dbops.toml", "--image", "dbops:1")
            #expect(result.standardOutput.hasPrefix("apiVersion: v1\nkind: ConfigMap\n"))
            #expect(result.standardError.contains("--from-file=shop=FILE  (/run/secrets/shop)"))
            #expect(!result.standardOutput.contains("kustomize"))
        }

        @Test func `a job file that has no form there is refused with all its reasons`() async throws {
            let workplace = try Workplace()
            try workplace.write(
                jobFile: JobFileText.job(
                    of: "host=/run/postgresql dbname=shop", "every = \"90m\"\nconflicts_with = [\"kind:verify\"]")
                    + "[jobs.prove]\nkind = \"verify\"\nof = \"nightly\"\n")
            let result = try await workplace.runJobFile("render", "kubernetes", "--image", "dbops:1")
            #expect(result.exitCode == 78)
            #expect(result.standardOutput == "")
            for part in ["databases.main is reached through a socket", "every = \"1h30m\"", "conflicts_with"] {
                #expect(result.standardError.contains(part), "\(result)")
            }
        }

        @Test(arguments: [
            ["--name", "No_name"], ["--namespace", "a.b"], ["--scratch-size", "5"], ["--account-annotation", "x"],
        ])
        func `a choice that Kubernetes would refuse is refused at once`(options: [String]) async throws {
            let result = try await Workplace().run(["render", "kubernetes", "--image", "dbops:1"] + options)
            #expect(result.exitCode == 64, "\(result)")
            #expect(result.standardError.contains(options[0]))
        }
    }
}
