import Foundation
import TestSupport
import Testing

@Suite struct AlertRulesTests {
    @Test(arguments: AlertRule.files)
    func `promtool finds the rules good`(file: String) async throws {
        let path = Repository.path("deploy/monitoring/\(file).rules.yml")
        let result = try await Desk().run("promtool", "check", "rules", path)
        #expect(result.exitCode == 0, "\(result.standardError)")
    }

    @Test(arguments: AlertRule.testFiles)
    func `each alert fires when it should, and only then`(file: String) async throws {
        let path = Repository.path("deploy/monitoring/\(file).test.yml")
        let result = try await Desk().run("promtool", "test", "rules", path)
        #expect(result.exitCode == 0, "\(result.standardOutput)\(result.standardError)")
    }

    @Test func `promtool finds the example of a configuration good`() async throws {
        let result = try await Desk().run(
            "promtool", "check", "config", "--syntax-only",
            Repository.path("deploy/monitoring/prometheus.example.yml"))
        #expect(result.exitCode == 0, "\(result.standardError)")
    }

    @Test func `every alert is tested both ways`() throws {
        for rule in try AlertRule.all() {
            let expectations = try rule.expectations()
            #expect(expectations.firing > 0, "nothing makes \(rule.name) fire")
            #expect(expectations.silent > 0, "nothing keeps \(rule.name) silent")
        }
    }

    @Test func `every alert says what is wrong, how bad it is, and where to read on`() throws {
        for rule in try AlertRule.all() {
            #expect(["critical", "warning"].contains(rule.value("severity")), "\(rule.name)")
            for key in ["summary", "description"] {
                #expect((rule.value(key) ?? "").count > 20, "\(rule.name) has no \(key)")
            }
        }
    }

    private static let runbooks: Set<String> = [
        "restore-a-database", "restore-one-table", "verification-failed", "backup-failed", "no-recent-backup",
        "store-full", "credentials-rotated", "missed-runs", "clock-wrong", "replica-behind", "wraparound-near",
        "disk-full-by-wal", "slow-queries", "connections-exhausted", "pgbouncer-in-front", "read-replica-as-source",
        "moving-to-a-new-host", "disaster-recovery",
    ]

    @Test func `every alert names a runbook that there is`() throws {
        for rule in try AlertRule.all() {
            let path = try #require(rule.value("runbook_url"), "\(rule.name)")
            let name = path.replacing("runbooks/", with: "").replacing(".md", with: "")
            #expect(path == "runbooks/\(name).md" && Self.runbooks.contains(name), "\(rule.name): \(path)")
            #expect(!Repository.exists("runbooks/README.md") || Repository.exists(path), "\(rule.name): \(path)")
        }
    }

    @Test func `the rules ask for metrics and labels that there are`() throws {
        let rules = try AlertRule.all()
        #expect(rules.count > 20)
        for rule in rules {
            #expect(KnownMetrics.faults(of: rule.expression).isEmpty, "\(rule.name)")
            #expect(!rule.expression.isEmpty)
        }
    }

    @Test func `the table in docs lists every alert with its severity`() throws {
        let text = try Repository.text("docs/monitoring.md")
        for rule in try AlertRule.all() {
            #expect(text.contains("| `\(rule.name)` | \(rule.value("severity") ?? "") |"), "\(rule.name)")
        }
    }

    @Test(.enabled(if: Repository.exists("docs/metrics.md"), "docs/metrics.md is not there"))
    func `the metrics known here are those of docs`() throws {
        let documented = KnownMetrics.named(in: try Repository.text("docs/metrics.md"))
        #expect(documented.subtracting(["dbops_"]) == Set(KnownMetrics.labels.keys))
    }
}
