import JobModel
import Postgres

extension Prerequisites {
    /// All that is missing, for people: `role shop`, `extension postgis`.
    var things: [String] {
        missingRoles.map { "role \($0)" } + missingExtensions.map { "extension \($0)" }
            + missingCollations.map { "collation \($0)" } + missingTablespaces.map { "tablespace \($0)" }
            + (missingICU ? ["the collation provider ICU"] : [])
    }

    /// All that is missing on a server of this major version, in one error with the commands that would make it.
    func refusal(major: Int) -> OperationError? {
        things.isEmpty ? nil : .missingPrerequisites(things, hint: hints(major: major).joined(separator: " "))
    }

    private func hints(major: Int) -> [String] {
        var hints: [String] = []
        if !missingRoles.isEmpty {
            let commands = missingRoles.map { "CREATE ROLE \(ServerText($0).quotedAsIdentifier);" }
            hints.append("Create the roles: \(commands.joined(separator: " "))")
        }
        if !missingExtensions.isEmpty {
            hints.append(ExtensionPackages.advice(for: missingExtensions, major: major))
        }
        if !missingCollations.isEmpty {
            hints.append("Install the locales on the server and run pg_import_system_collations('pg_catalog').")
        }
        if !missingTablespaces.isEmpty { hints.append("Create the tablespaces.") }
        if missingICU { hints.append("Use a server that was built with ICU, as the source was.") }
        return hints
    }
}
