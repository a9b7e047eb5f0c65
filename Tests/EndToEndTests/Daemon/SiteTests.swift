import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEndTests {
    /// What people and scrapers see of a daemon that runs.
    @Suite struct SiteTests {
        private static let token = "a-token-that-nobody-guesses"

        /// The answer's status and body, by curl.
        private struct Answer {
            let status: Int
            let body: String
            func object() throws -> [String: Any] {
                try #require(try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any])
            }
        }

        private func fetch(_ place: DaemonPlace, _ url: String, _ arguments: String...) async throws -> Answer {
            try await fetch(place, url, arguments)
        }

        private func fetch(_ place: DaemonPlace, _ url: String, _ arguments: [String]) async throws -> Answer {
            let program = try RunningProgram(
                "/usr/bin/curl", ["-sS", "-m", "60", "-w", "\n%{http_code}", url] + arguments,
                environment: ["PATH": "/usr/bin:/bin"], folder: place.workplace.folder)
            _ = await program.ending()
            var lines = program.standardOutput.split(separator: "\n", omittingEmptySubsequences: false)
            let status = Int(lines.popLast() ?? "") ?? 0
            try #require(status > 0, "\(url): \(program.standardError)")
            return Answer(status: status, body: lines.joined(separator: "\n"))
        }

        private func start(_ place: DaemonPlace, _ keys: String, _ jobs: String) async throws -> (
            RunningProgram, String
        ) {
            try place.write(place.head.replacing("listen = \"\"", with: keys) + jobs)
            let daemon = try await place.start()
            var address = ""
            try await waitUntil("the page is served") {
                guard let found = daemon.standardError.firstMatch(of: /address=(http:\/\/[^ \/]*)\//) else {
                    return false
                }
                address = String(found.1)
                return true
            }
            return (daemon, address)
        }

        @Test func `tells of jobs, backups, proofs, stores and databases`() async throws {
            let place = try await DaemonPlace()
            let (daemon, site) = try await start(
                place, "listen = \"127.0.0.1:0\"",
                DaemonPlace.job("nightly", "every = \"1h\"")
                    + "[jobs.prove]\nkind = \"verify\"\nof = \"nightly\"\nafter = \"nightly\"\ntime_budget = \"1h\"\n")
            #expect(try await fetch(place, "\(site)/healthz").body == "ok\n")
            let order = try await fetch(
                place, "\(site)/api/v1/jobs/nightly/run", "-X", "POST", "-H", "X-DBOps-Request: 1")
            #expect(order.status == 202, "\(order.body)")
            try await place.waitForRun("a proof") { $0.text("job") == "prove" && $0.text("outcome") == "succeeded" }
            try await waitUntil("the proof is read from the store") {
                let metrics = try await fetch(place, "\(site)/metrics").body
                return metrics.contains(/dbops_backup_newest_verified_timestamp_seconds\{job="nightly"\} [1-9]/)
            }
            let metrics = try await fetch(place, "\(site)/metrics").body
            for line in [
                "dbops_runs_total{job=\"nightly\",kind=\"backup\",outcome=\"succeeded\"} 1",
                "dbops_runs_total{job=\"prove\",kind=\"verify\",outcome=\"succeeded\"} 1",
                "dbops_database_up{database=\"shop\"} 1",
                "dbops_store_up{store=\"local\"} 1", "dbops_store_backups{store=\"local\"} 1",
                "dbops_recovery_time_budget_seconds{job=\"nightly\"} 3600",
            ] {
                #expect(metrics.split(separator: "\n").contains(line[...]), "\(line) of \(metrics)")
            }
            try await expectCleanMetrics(place, metrics)
            let ready = try await fetch(place, "\(site)/readyz")
            #expect(ready.status == 200, "\(ready.body)")
            let databases = try await fetch(place, "\(site)/health/db/shop").object()
            #expect(((databases["databases"] as? [[String: Any]])?.first?["latency_seconds"] as? Double ?? 0) > 0)
            let page = try await fetch(place, "\(site)/").body
            #expect(page.contains("All is well.") && page.contains("You are back in"))
            try await expectSameKeys(place, site)
            await place.stop(daemon)
        }

        /// Of backups and runs, as the command line's.
        private func expectSameKeys(_ place: DaemonPlace, _ site: String) async throws {
            let served = try await fetch(place, "\(site)/api/v1/backups").object()["backups"] as? [[String: Any]]
            let listed = try await place.workplace.succeed("list", "--config", place.jobFile, "--json").objects()
            let keys = try #require(listed.first).keys
            let backup = try #require(served?.first)
            for key in keys { #expect(backup.keys.contains(key), "\(key)") }
            #expect(backup.text("backup") == listed.first?.text("backup"))
            #expect(backup.text("verified_at") == listed.first?.text("verified_at"))
            let runs = try await fetch(place, "\(site)/api/v1/runs").object()["runs"] as? [[String: Any]]
            #expect(try Set(#require(runs?.first).keys) == Set(#require(try await place.runs().first).keys))
        }

        private func expectCleanMetrics(_ place: DaemonPlace, _ metrics: String) async throws {
            guard let promtool = ["/usr/bin/promtool"].first(where: FileManager.default.isExecutableFile) else {
                print("promtool is not there: the metrics are not linted")
                return
            }
            let file = "\(place.workplace.folder)/metrics"
            try Data(metrics.utf8).write(to: URL(fileURLWithPath: file))
            let program = try RunningProgram(
                "/bin/sh", ["-c", "\(promtool) check metrics < '\(file)'"], environment: ["PATH": "/usr/bin:/bin"],
                folder: place.workplace.folder)
            #expect(await program.ending() == .exited(0))
            #expect(program.standardOutput + program.standardError == "")
        }

        @Test func `is not ready while a database or a store is away, and says which`() async throws {
            let place = try await DaemonPlace()
            let jobs =
                "[databases.gone]\nurl = \"host=127.0.0.1 port=1 dbname=x\"\n"
                + "[stores.away]\nurl = \"file:///proc/nothing/here\"\n"
                + "[jobs.other]\nkind = \"backup\"\ndatabase = \"gone\"\nstores = [\"away\"]\n"
            let (daemon, site) = try await start(place, "listen = \"127.0.0.1:0\"", jobs)
            let ready = try await fetch(place, "\(site)/readyz")
            #expect(ready.status == 503)
            let parts = try #require(try ready.object()["parts"] as? [[String: Any]])
            func isReady(_ name: String) -> Bool? { parts.first { $0.text("name") == name }?["ready"] as? Bool }
            #expect(isReady("database shop") == true)
            #expect(isReady("database gone") == false)
            #expect(isReady("clock") == true)
            #expect(isReady("history") == true)
            #expect(try await fetch(place, "\(site)/health/db").status == 503)
            #expect(try await fetch(place, "\(site)/health/db/shop").status == 200)
            #expect(try await fetch(place, "\(site)/healthz").status == 200)
            await place.stop(daemon)
        }

        @Test func `shows nothing without the token, and no secret to anybody`() async throws {
            let place = try await DaemonPlace()
            let tokenFile = "\(place.workplace.folder)/token"
            try Data("\(Self.token)\n".utf8).write(to: URL(fileURLWithPath: tokenFile))
            let (daemon, site) = try await start(
                place, "listen = \"127.0.0.1:0\"\ntoken_file = \"\(tokenFile)\"",
                DaemonPlace.job("nightly", "every = \"1h\""))
            let paths = [
                "/", "/metrics", "/readyz", "/health/db", "/api/v1/jobs", "/api/v1/runs", "/api/v1/backups",
                "/api/v1/next",
                "/api/v1/findings", "/api/v1/stores", "/page.js", "/page.css", "/nothing",
            ]
            for path in paths {
                let refused = try await fetch(place, site + path)
                #expect(refused.status == 401 || path == "/readyz", "\(path)")
                let shown = try await fetch(place, site + path, "-H", "Authorization: Bearer \(Self.token)")
                // On a busy machine the database may not have answered in time.
                let isShown = shown.status == 200 || path == "/readyz" && shown.status == 503
                #expect(isShown || path == "/nothing", "\(path)")
                for secret in [Self.token, TestServer.ownerPassword] {
                    #expect(!shown.body.contains(secret) && !refused.body.contains(secret), "\(path)")
                }
            }
            let browser = try await fetch(place, site, "-u", "anybody:\(Self.token)")
            #expect(browser.status == 200)
            let foreign = try await fetch(
                place, "\(site)/api/v1/jobs/nightly/run", "-X", "POST", "-u", "a:\(Self.token)", "-H",
                "Origin: https://evil.example")
            #expect(foreign.status == 403)
            #expect(!daemon.standardError.contains(Self.token))
            await place.stop(daemon)
        }

        @Test func `ends although somebody stalls in the middle of a request`() async throws {
            let place = try await DaemonPlace()
            let (daemon, site) = try await start(
                place, "listen = \"127.0.0.1:0\"", DaemonPlace.job("nightly", "every = \"1h\""))
            let port = site.split(separator: ":").last ?? ""
            let script =
                "exec 3<>/dev/tcp/127.0.0.1/\(port); printf 'POST / HTTP/1.1\\r\\nHost: localhost\\r\\n"
                + "Content-Length: 9\\r\\n\\r\\nx' >&3; echo stalled; exec sleep 600"
            let client = try RunningProgram(
                "/bin/bash", ["-c", script], environment: ["PATH": "/usr/bin:/bin"], folder: place.workplace.folder)
            defer { client.send(SIGKILL) }
            try await waitUntil("somebody stalls") { client.standardOutput.contains("stalled") }
            await place.stop(daemon)
            #expect(client.isRunning)
        }

        @Test func `refuses what is too large, and goes on`() async throws {
            let place = try await DaemonPlace()
            let (daemon, site) = try await start(
                place, "listen = \"127.0.0.1:0\"", DaemonPlace.job("nightly", "every = \"1h\""))
            let large = String(repeating: "x", count: 20_000)
            let order = ["-X", "POST", "-H", "X-DBOps-Request: 1", "-H", "Expect:", "-d", large]
            #expect(try await fetch(place, "\(site)/api/v1/throttle", order).status == 413)
            #expect(try await fetch(place, site, "-H", "X-Large: \(large)").status == 400)
            #expect(try await fetch(place, site, "-H", "Host: evil.example").status == 403)
            #expect(try await fetch(place, "\(site)/healthz").status == 200)
            await place.stop(daemon)
        }

        @Test func `does not begin where the address is taken or the token is short, and says which key it is`()
            async throws
        {
            let place = try await DaemonPlace()
            let (daemon, site) = try await start(
                place, "listen = \"127.0.0.1:0\"", DaemonPlace.job("nightly", "every = \"1h\""))
            let port = site.split(separator: ":").last ?? ""
            try place.write(
                place.head.replacing("listen = \"\"", with: "listen = \"127.0.0.1:\(port)\"")
                    .replacing(place.state, with: "\(place.state)-2"))
            let taken = try await place.workplace.run("daemon", "--config", place.jobFile)
            expect(
                taken, failsWith: 69, saying: "cannot listen on 127.0.0.1:\(port): address already in use",
                "as listen in")
            await place.stop(daemon)
            var dbops = place.workplace.dbops
            dbops.environment["TOKEN"] = "short"
            try place.write(
                place.head.replacing("listen = \"\"", with: "listen = \"127.0.0.1:0\"\ntoken_env = \"TOKEN\""))
            expect(
                try await dbops.run(["daemon", "--config", place.jobFile]), failsWith: 78,
                saying: "the token of [daemon] is shorter than 16 characters")
        }

        @Test func `tells of a job file that was refused`() async throws {
            let place = try await DaemonPlace()
            let (daemon, site) = try await start(
                place, "listen = \"127.0.0.1:0\"", DaemonPlace.job("nightly", "every = \"1h\""))
            #expect(try await fetch(place, "\(site)/metrics").body.contains("dbops_job_file_stale 0\n"))
            let good = try String(contentsOfFile: place.jobFile, encoding: .utf8)
            try place.write(good + "nonsense = 1\n")
            daemon.send(SIGHUP)
            try await waitUntil("it is told") {
                try await fetch(place, "\(site)/metrics").body.contains("dbops_job_file_stale 1\n")
            }
            #expect(try await fetch(place, site).body.contains("The newest was refused"))
            try place.write(good)
            daemon.send(SIGHUP)
            try await waitUntil("it is over") {
                try await fetch(place, "\(site)/metrics").body.contains("dbops_job_file_stale 0\n")
            }
            await place.stop(daemon)
        }
    }
}
