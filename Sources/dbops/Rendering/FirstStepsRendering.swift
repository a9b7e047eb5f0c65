import JobModel
import Operations

/// What `dbops init` says at its end: the file, the role, the next commands.
struct FirstStepsRendering {
    let json: Bool
    let quiet: Bool

    private struct Object: Encodable {
        let jobFile: String
        let role: String
        let statements: [String]
        let next: [String]
    }

    func print(path: String, answers: SetUpAnswers, role: RoleForJobs, connectedAs user: String?) throws {
        let next = Self.next(path)
        if json {
            return try JSONLine.print(
                Object(jobFile: path, role: role.role, statements: role.statements.map(\.sql), next: next))
        }
        guard !quiet else { return }
        StandardError.write("\nWrote \(path), readable for you alone.")
        if let variable = answers.notifier?.variable {
            StandardError.write("Put the URL for notifications into \(variable), for dbops and its daemon.")
        }
        StandardError.write(
            "\nThe role with the least privileges for these jobs"
                + (user == role.role ? " (where it lacks any of these):" : ", as a superuser in that database:"))
        for statement in role.statements { Swift.print("\(statement.sql)  -- \(statement.purpose)") }
        if let user, user != role.role {
            StandardError.write("\(user) is a superuser: name \(role.role) in the job file's url then.")
        }
        if let caveat = role.caveat { StandardError.write(caveat) }
        StandardError.write("\nNext:")
        for command in next { StandardError.write("  \(command)") }
    }

    private static func next(_ path: String) -> [String] {
        let option = path == "dbops.toml" || path == "/etc/dbops/dbops.toml" ? "" : " --config \(path)"
        return [
            "dbops check --connect\(option)", "dbops backup now nightly\(option)",
            "dbops restore --verify nightly@latest\(option)", "dbops daemon\(option)",
        ]
    }
}
