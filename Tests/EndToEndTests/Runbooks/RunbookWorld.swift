import Foundation
import Glibc
import TestSupport
import Testing

/// Runs one runbook: makes the incident by the script of its name in Fixtures/runbooks, against servers of its own, and
/// then each block of the text in one shell, as somebody would who pastes them.
struct RunbookWorld {
    static let folder = "\(Workplace.repository)/Tests/EndToEndTests/Fixtures/runbooks"

    let runbook: RunbookText
    private let workplace: Workplace

    init(_ runbook: RunbookText) throws {
        self.runbook = runbook
        workplace = try Workplace()
    }

    /// What a script needs beyond PostgreSQL, by its line `# needs: …`.
    static func needs(of name: String) -> Set<String> {
        let text = (try? String(contentsOfFile: "\(folder)/\(name).sh", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("# needs: ") }
        return Set(line?.dropFirst("# needs: ".count).split(separator: " ").map(String.init) ?? [])
    }

    /// What this machine has of what scripts may need.
    static let available: Set<String> = {
        var all: Set<String> = []
        if BucketUnderTest.hasRadosgw, BucketUnderTest.variable("DBOPS_TEST_TOOLS") != nil { all.insert("s3") }
        if FalseClock.library != nil { all.insert("faketime") }
        if access("/usr/sbin/pgbouncer", X_OK) == 0 { all.insert("pgbouncer") }
        if AgedServer.isPossible { all.insert("statements") }
        return all
    }()

    func run(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let shell = try RunningProgram(
            "/bin/bash", ["-euo", "pipefail", "-c", script], environment: environment, folder: workplace.folder)
        let ending = await shell.ending()
        compare(endedBy: ending, shell.standardError, sourceLocation)
        let stop = try RunningProgram(
            "/bin/bash", ["\(Self.folder)/world.sh", "stop"], environment: environment, folder: workplace.folder)
        _ = await stop.ending()
        // Whatever the shell has started and world.sh does not know is in its process group.
        kill(-shell.processID, SIGKILL)
    }

    private func compare(
        endedBy ending: RunningProgram.Ending, _ words: String, _ sourceLocation: SourceLocation
    ) {
        for (number, step) in runbook.steps.enumerated() {
            let place = "runbooks/\(runbook.name).md:\(step.line)"
            guard let output = text("step-\(number)") else {
                let last = number == 0 ? "set-up:\n\(text("set-up") ?? "")" : text("step-\(number - 1)") ?? ""
                Issue.record("\(place) was not reached: \(ending)\n\(words)\n\(last)", sourceLocation: sourceLocation)
                return
            }
            if let expected = step.expectedOutput, !ExpectedOutput(expected).matches(output) {
                Issue.record("\(place) prints something else:\n\(output)", sourceLocation: sourceLocation)
            }
        }
        if ending != .exited(0) {
            let last = text("step-\(runbook.steps.count - 1)") ?? ""
            Issue.record("runbooks/\(runbook.name).md \(ending)\n\(words)\n\(last)", sourceLocation: sourceLocation)
        }
    }

    private func text(_ name: String) -> String? {
        FileManager.default.contents(atPath: "\(workplace.folder)/\(name)").map { String(decoding: $0, as: UTF8.self) }
    }

    // MARK: - The shell

    private var environment: [String: String] {
        let servers = ["DBOPS_TEST_S3", "DBOPS_TEST_SERVERS", "DBOPS_TEST_TOOLS"]
        let known = servers.compactMap { name in BucketUnderTest.variable(name).map { (name, $0) } }
        return [
            "PLACE": workplace.folder, "REPOSITORY": Workplace.repository, "DBOPS": DBOpsProcess.path,
            "PG_BIN": ScratchCluster.anyBinFolder, "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin:/usr/sbin",
        ].merging(known) { $1 }
    }

    private var script: String {
        let steps = runbook.steps.enumerated().map { number, step in
            "exec >\"$PLACE/step-\(number)\" 2>&1\n" + Self.script(of: step)
        }
        return """
            . '\(Self.folder)/world.sh'
            cd "$HOME"
            { . '\(Self.folder)/\(runbook.name).sh'
            } >"$PLACE/set-up" 2>&1
            unset -f $(compgen -A function)
            \(steps.joined(separator: "\n"))
            """
    }

    /// One that must fail runs in a shell below, which it may end.
    private static func script(of step: RunbookText.Step) -> String {
        guard step.exitCode != 0 else { return step.commands }
        return """
            set +e
            (set -e
            \(step.commands)
            )
            code=$?
            set -e
            [ "$code" = \(step.exitCode) ] || { echo "exit code $code, and not \(step.exitCode)"; exit 99; }
            """
    }
}
