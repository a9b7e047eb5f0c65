import Foundation
import TestSupport
import Testing

@Suite struct ManualPageTests {
    private func page(on desk: Desk) async throws -> String {
        let result = try await desk.run(Repository.path("scripts/make-man-page"), DBOpsProcess.path)
        try #require(result.exitCode == 0, "\(result.standardError)")
        return result.standardOutput
    }

    @Test func `mandoc has nothing to say against it`() async throws {
        let desk = try Desk()
        let file = try desk.write(try await page(on: desk), to: "dbops.1")
        let result = try await desk.run("mandoc", "-T", "lint", "-W", "warning", file)
        #expect(result.standardOutput == "")
    }

    @Test func `it has every option that help shows, command by command`() async throws {
        let desk = try Desk()
        let sections = try await page(on: desk).replacing("\\-", with: "-").split(separator: "\n.SS ")
        let commands = try await commandsOfHelp(desk)
        #expect(commands.count > 20)
        for command in commands {
            let section = try #require(
                sections.first { $0.hasPrefix("\\fBdbops \(command.joined(separator: " "))\\fR") }, "\(command)")
            let help = try await desk.run(DBOpsProcess.path, command + ["--help"]).standardOutput
            for option in help.matches(of: /(?m)^  (?:-[a-z], )?(--[a-z-]+)/).map({ String($0.output.1) })
            where !["--help", "--version"].contains(option) {
                #expect(section.contains("\\fB\(option)\\fR"), "dbops \(command.joined(separator: " ")) \(option)")
            }
        }
    }

    /// The commands that do something, as `--help` lists them.
    private func commandsOfHelp(_ desk: Desk, below path: [String] = []) async throws -> [[String]] {
        let help = try await desk.run(DBOpsProcess.path, path + ["--help"]).standardOutput
        guard let list = help.split(separator: "SUBCOMMANDS:\n").dropFirst().first else { return [path] }
        var commands: [[String]] = []
        for name in list.matches(of: /(?m)^  ([a-z-]+)(?: |$)/).map({ String($0.output.1) }) where name != "exit-codes"
        {
            commands += try await commandsOfHelp(desk, below: path + [name])
        }
        return commands
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func `there are completions that name the commands`(shell: String) async throws {
        let script = try await Desk().run(DBOpsProcess.path, "--generate-completion-script", shell)
        #expect(script.exitCode == 0)
        for word in ["restore", "accept-clock", "time-budget"] { #expect(script.standardOutput.contains(word)) }
    }

    @Test func `bash completes commands and options`() async throws {
        let desk = try Desk()
        let script = try await desk.run(DBOpsProcess.path, "--generate-completion-script", "bash").standardOutput
        let file = try desk.write(script, to: "completion")
        let result = try await desk.run(
            "bash", "-c",
            """
            source \(file)
            complete_line() {
              COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMPREPLY=()
              COMP_POINT=${#COMP_LINE}
              _dbops dbops "${@: -1}" "${@: -2:1}"
              printf '%s\\n' "${COMPREPLY[@]}"
            }
            complete_line dbops rest; complete_line dbops restore --time
            """)
        #expect(result.lines.map { $0.trimmingCharacters(in: .whitespaces) } == ["restore", "--time-budget"])
    }
}
