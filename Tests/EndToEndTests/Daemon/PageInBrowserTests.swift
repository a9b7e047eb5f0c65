import Foundation
import TestSupport
import Testing

/// A browser without a window, where one is installed: nobody needs it to build or to run dbops.
enum Browser {
    static let path = ["/usr/bin/chromium", "/usr/bin/google-chrome"]
        .first(where: FileManager.default.isExecutableFile)

    struct Visit {
        /// The page as it is after its script has run.
        let page: String
        /// What it has written to the console: refusals of its policy, faults of the script, files that are not there.
        let console: [String]
    }

    /// Looks at a page for some seconds of its own time.
    static func visit(_ url: String, in folder: String, width: Int) async throws -> Visit {
        let profile = "\(folder)/profile-\(width)"
        let program = try RunningProgram(
            path ?? "",
            [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                "--user-data-dir=\(profile)", "--window-size=\(width),900", "--enable-logging=stderr",
                "--virtual-time-budget=12000", "--dump-dom", url,
            ], environment: ["PATH": "/usr/bin:/bin", "HOME": folder, "TMPDIR": folder], folder: folder)
        _ = await program.ending()
        let lines = program.standardError.split(separator: "\n").map(String.init)
        return Visit(page: program.standardOutput, console: lines.filter { $0.contains("CONSOLE") })
    }
}

extension EndToEndTests {
    @Suite struct PageInBrowserTests {
        @Test(.enabled(if: Browser.path != nil, "no chromium is installed"), arguments: [400, 1_280])
        func `the page takes in what is new, and its console stays empty`(width: Int) async throws {
            let place = try await DaemonPlace()
            // A store that is not there is a failure: its disk may not be mounted.
            try FileManager.default.createDirectory(
                atPath: place.workplace.store, withIntermediateDirectories: true)
            try place.write(
                place.head.replacing("listen = \"\"", with: "listen = \"127.0.0.1:0\"") + DaemonPlace.job())
            let daemon = try await place.start()
            var address = ""
            try await waitUntil("the page is served") {
                guard let found = daemon.standardError.firstMatch(of: /address=(http:\/\/[^ \/]*)\//) else {
                    return false
                }
                address = String(found.1)
                return true
            }
            try await waitUntil("the first backup is read from the store") {
                let metrics = try RunningProgram(
                    "/usr/bin/curl", ["-sS", "-m", "60", "\(address)/metrics"],
                    environment: ["PATH": "/usr/bin:/bin"], folder: place.workplace.folder)
                _ = await metrics.ending()
                return metrics.standardOutput.contains(/dbops_store_backups\{store="local"\} [1-9]/)
            }
            let visit = try await Browser.visit("\(address)/", in: place.workplace.folder, width: width)
            #expect(visit.console == [])
            #expect(visit.page.contains("All is well."))
            #expect(visit.page.contains("class=\"succeeded\""))
            await place.stop(daemon)
        }
    }
}
