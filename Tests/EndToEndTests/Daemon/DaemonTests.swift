import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEndTests {
    /// The daemon as operators meet it.
    @Suite struct DaemonTests {
        @Test func `runs jobs in time, proves after each backup, and drains when it is told to stop`() async throws {
            let place = try await DaemonPlace()
            try place.write(
                place.head + DaemonPlace.job("nightly", "every = \"2s\"")
                    + "[jobs.prove]\nkind = \"verify\"\nof = \"nightly\"\nafter = \"nightly\"\n")
            let daemon = try await place.start()
            let proof = try await place.waitForRun("a proof") {
                $0.text("job") == "prove" && $0.text("outcome") == "succeeded"
            }
            #expect(proof.text("trigger") == "after")
            await place.stop(daemon)
            #expect(daemon.standardError.contains("The daemon has stopped"))
            #expect(try await place.runs().allSatisfy { $0.text("outcome") != nil })
            try await place.expectWholeAccounts(of: "nightly", every: 2)
            let run = try #require(proof.text("run"))
            let log = try await place.workplace.succeed("log", run, "--config", place.jobFile)
            #expect(log.standardOutput.contains("comparing rows"))
            let list = try await place.workplace.succeed("list", "--store", place.workplace.store, "--json")
            #expect(try list.objects().contains { $0.text("verified_at") != nil })
        }

        @Test func `calls a run interrupted after a kill, and starts its instant no more`() async throws {
            let place = try await DaemonPlace(.bulky)
            let proxy = try FaultProxy(upstreamPort: place.server.port)
            proxy.set { $0.bytesPerSecond = 300_000 }
            let slow = place.head.replacing(
                place.server.text(place.database),
                with: place.server.ownerURLWithoutPassword(place.database, port: proxy.port))
            try place.write(slow + DaemonPlace.job())
            let password = ["PGPASSWORD": TestServer.ownerPassword]
            let first = try await place.start(environment: password)
            let begun = try await place.waitForRun("a run that copies") { $0.text("outcome") == nil }
            first.send(SIGKILL)
            _ = await first.ending()
            let second = try await place.start(environment: password)
            let id = try #require(begun.text("run"))
            let ended = try await place.waitForRun("the interrupted run") {
                $0.text("run") == id && $0.text("outcome") != nil
            }
            #expect(ended.text("outcome") == "interrupted")
            #expect(ended.text("reason") == "crash")
            proxy.set { $0.bytesPerSecond = 300_000_000 }
            try await place.waitForRun("a good run") { $0.text("outcome") == "succeeded" }
            await place.stop(second)
            try await place.expectWholeAccounts(of: "nightly", every: 1)
        }

        @Test func `takes a good job file over, and keeps the old one where the new one is bad`() async throws {
            let place = try await DaemonPlace()
            try place.write(place.head + DaemonPlace.job())
            let daemon = try await place.start()
            try await place.waitForRun("a run") { $0.text("outcome") == "succeeded" }

            try place.write(place.head + DaemonPlace.job("nightly", "evry = \"1s\""))
            let refused = try await place.workplace.run("reload", "--config", place.jobFile)
            #expect(refused.exitCode == 78)
            daemon.send(SIGHUP)
            try await waitUntil("the bad file is reported") {
                daemon.standardError.contains("unknown key \"evry\" (did you mean \"every\"?)")
            }
            let instant = try #require(try await place.runs().last?.text("scheduled_at"))
            try await place.waitForRun("a run by the old file") { ($0.text("scheduled_at") ?? "") > instant }

            try place.write(place.head + DaemonPlace.job("hourly", "every = \"2s\""))
            #expect(try await place.workplace.run("reload", "--config", place.jobFile).exitCode == 0)
            try await place.waitForRun("a run by the new file") {
                $0.text("job") == "hourly" && $0.text("outcome") == "succeeded"
            }
            await place.stop(daemon)
            try await place.expectWholeAccounts(of: "nightly", every: 1)
            #expect(try await place.workplace.run("reload", "--config", place.jobFile).exitCode == 69)
        }

        @Test func `warns of a state that takes effect with the next start`() async throws {
            let place = try await DaemonPlace()
            try place.write(place.head + DaemonPlace.job("nightly", "every = \"1h\""))
            let daemon = try await place.start()
            try place.write(
                place.head.replacing(place.state, with: "\(place.state)-2")
                    + DaemonPlace.job("nightly", "every = \"1h\""))
            daemon.send(SIGHUP)
            try await waitUntil("it is said") { daemon.standardError.contains("it takes effect with the next start") }
            await place.stop(daemon)
        }

        @Test func `reload says what to do where the history does not tell which process is the daemon`() async throws {
            let workplace = try Workplace()
            try workplace.write(jobFile: "[daemon]\nstate = \"postgresql:///shared\"\n")
            let result = try await workplace.runJobFile("reload")
            expect(result, failsWith: 64, saying: "the job file is good", "systemctl reload dbops", "kill -HUP")
        }

        @Test func `does not begin with a bad job file, nor beside another daemon`() async throws {
            let place = try await DaemonPlace()
            try place.write(place.head + DaemonPlace.job("nightly", "every = \"1h\""))
            let daemon = try await place.start()
            let second = try await place.workplace.run("daemon", "--config", place.jobFile)
            expect(second, failsWith: 75, saying: "another daemon, process \(daemon.processID)")
            await place.stop(daemon)
            try place.write("[jobs.nightly]\nkind = \"bakup\"\n")
            let bad = try await place.workplace.run("daemon", "--config", place.jobFile)
            #expect(bad.exitCode == 78)
            #expect(bad.standardError.contains("dbops.toml:2:1: "))
        }

        @Test func `sets a damaged history aside, and backs up all the same`() async throws {
            let place = try await DaemonPlace()
            try place.write(place.head + DaemonPlace.job())
            try FileManager.default.createDirectory(atPath: place.state, withIntermediateDirectories: true)
            try Data("this is no database, whatever its name says".utf8)
                .write(to: URL(fileURLWithPath: "\(place.state)/dbops.sqlite"))
            let daemon = try await place.start()
            try await place.waitForRun("a run") { $0.text("outcome") == "succeeded" }
            #expect(daemon.standardError.contains("The history was begun anew"))
            await place.stop(daemon)
            let names = try FileManager.default.contentsOfDirectory(atPath: place.state)
            #expect(names.contains { $0.hasPrefix("dbops.sqlite.corrupt-") })
        }

        @Test(.enabled(if: SmallDisk.isAvailable, "only root can make a file system"))
        func `backs up with a history on a full disk, and says that it cannot be written`() async throws {
            let place = try await DaemonPlace()
            let disk = try SmallDisk(in: place.workplace, sizeInMebibytes: 1)
            try place.write(place.head.replacing(place.state, with: "\(disk.path)/state") + DaemonPlace.job())
            try await place.workplace.shell("head -c 2M /dev/zero > '\(disk.path)/filler' || true")
            let daemon = try await place.start()
            try await waitUntil("a backup") {
                let list = try await place.workplace.run("list", "--store", place.workplace.store, "--json")
                return try list.exitCode == 0 && list.objects().count > 1
            }
            #expect(daemon.standardError.contains("The history cannot be used"))
            await place.stop(daemon)
        }

        @Test func `stops what still runs when the grace period is over, and leaves nothing`() async throws {
            let place = try await DaemonPlace(.bulky)
            let proxy = try FaultProxy(upstreamPort: place.server.port)
            proxy.set { $0.bytesPerSecond = 200_000 }
            let url = place.server.ownerURLWithoutPassword(place.database, port: proxy.port)
            let head = place.head.replacing(place.server.text(place.database), with: url)
                .replacing("shutdown_grace = \"10s\"", with: "shutdown_grace = \"1s\"")
            try place.write(head + DaemonPlace.job())
            let daemon = try await place.start(environment: ["PGPASSWORD": TestServer.ownerPassword])
            let run = try await place.waitForRun("a run that copies") { $0.text("outcome") == nil }
            await place.stop(daemon)
            let id = try #require(run.text("run"))
            let ended = try await place.waitForRun("its end") { $0.text("run") == id && $0.text("outcome") != nil }
            #expect(ended.text("outcome") == "cancelled")
            #expect(ended.text("reason") == "shutdown")
            #expect(Workplace.files(below: place.workplace.store) == [])
            #expect(Workplace.leftovers(in: place.workplace.dbops.temporaryFolder) == [])
        }

        @Test func `runs a job once by hand, with a record, and each scheduled instant only once`() async throws {
            let place = try await DaemonPlace()
            try place.write(place.head + DaemonPlace.job("nightly", "schedule = \"0 2 * * *\""))
            let config = ["--config", place.jobFile, "--json"]
            let byHand = try await place.workplace.run(["run", "nightly"] + config)
            #expect(byHand.exitCode == 0, "\(byHand)")
            #expect(try byHand.objects().first?.text("trigger") == "manual")
            let due = ["run", "nightly", "--scheduled-at", "2026-11-21T02:00:00Z"] + config
            #expect(try await place.workplace.run(due).exitCode == 0)
            let again = try await place.workplace.run(due)
            expect(again, failsWith: 75, saying: "nightly has a run for 2026-11-21T02:00:00Z already")
            #expect(try await place.runs().count == 2)
            let unknown = try await place.workplace.run(["run", "nigthly"] + config)
            expect(unknown, failsWith: 64, saying: "Did you mean \"nightly\"?")
        }

        @Test func `a job that fails has its exit code, its reason and its log`() async throws {
            let place = try await DaemonPlace()
            try place.write(
                place.head.replacing("dbname='\(place.database)'", with: "dbname='nowhere'")
                    + DaemonPlace.job("nightly", "retries = 1\nretry_delay = \"1s\""))
            let result = try await place.workplace.run("run", "nightly", "--config", place.jobFile)
            #expect(result.exitCode == 69, "\(result)")
            let run = try #require(try await place.runs().first)
            #expect(run.text("outcome") == "failed")
            #expect(run.number("attempts") == 2)
            #expect(run.text("message")?.contains("nowhere") == true)
        }
    }
}
