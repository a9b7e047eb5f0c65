import JobModel
import Postgres

/// What cannot be cleaned at all.
extension CleanSurvey {
    func table(_ catalogue: CleanCatalogue) async throws -> CleanCatalogue.Table {
        let found: CleanCatalogue.Table?
        do {
            found = try await catalogue.table(job.table)
        } catch let error as PostgresError where error.isRefusalOfContents {
            throw CleanError.table(
                job.table, reason: "this is no name of a table",
                hint: "Write it as SQL does: public.sessions, or public.\"Session\".")
        }
        guard let table = found else {
            throw CleanError.table(
                job.table, reason: "there is no such table", hint: "Write it with its schema, as SQL does.")
        }
        let name = table.name.description
        guard table.kind == "r" || table.kind == "p" else {
            throw CleanError.table(name, reason: "it is no table", hint: "Name the table that holds the rows.")
        }
        guard !table.isSystem, table.persistence != "t" else {
            throw CleanError.table(name, reason: "it is not a table of users", hint: "Name a table of users.")
        }
        guard !table.hasChildren else {
            throw CleanError.table(
                name, reason: "other tables inherit from it", hint: "Clean each of the children by a job of its own.")
        }
        guard table.rules.isEmpty else {
            throw CleanError.table(
                name, reason: "rules rewrite its DELETE: \(table.rules.joined(separator: ", "))",
                hint: "Drop the rules, or use a trigger in their place.")
        }
        return table
    }

    func column(of table: CleanCatalogue.Table, _ catalogue: CleanCatalogue) async throws
        -> CleanCatalogue.Column
    {
        let name = table.name.description
        guard let column = try await catalogue.column(job.column, of: table.oid) else {
            throw CleanError.column(job.column, table: name, reason: "there is no such column")
        }
        let types: [ServerText] = ["timestamp with time zone", "timestamp without time zone", "date"]
        guard types.contains(column.type) else {
            throw CleanError.column(job.column, table: name, reason: "its type is \(column.type)")
        }
        return column
    }

    func refuseWhatCannotBe(
        _ table: CleanCatalogue.Table, _ oids: [UInt32], _ catalogue: CleanCatalogue
    ) async throws {
        let name = table.name.description
        let lacking = try await catalogue.missingPrivileges(on: oids)
        guard lacking.missing.isEmpty else {
            throw CleanError.privileges(
                table: name, role: lacking.role, missing: lacking.missing, grants: lacking.grants)
        }
        guard try await catalogue.guardedTables(among: oids).isEmpty else {
            throw CleanError.table(
                name, reason: "row-level security hides rows of it from this role",
                hint: "Use a role with BYPASSRLS, or the table's owner.")
        }
        let publications = try await catalogue.publicationsWithoutIdentity(of: oids, of: .delete)
        guard publications.isEmpty else {
            throw CleanError.table(
                name,
                reason: "it has no replica identity, and its deletions are published by "
                    + publications.joined(separator: ", "),
                hint: "Give it a primary key, or ALTER TABLE … REPLICA IDENTITY FULL.")
        }
    }

    // MARK: - What refers to it

    func addTriggers(_ facts: inout CleanFacts, _ oids: [UInt32], _ catalogue: CleanCatalogue) async throws {
        let deleting = try await catalogue.triggers(on: oids + facts.children([.cascade]), firedBy: .delete)
        let updating = try await catalogue.triggers(
            on: facts.children([.setNull, .setDefault]), firedBy: .update)
        facts.triggers = deleting + updating.filter { !deleting.contains($0) }
    }

    func refuseUnpublishableReferences(_ facts: CleanFacts, _ catalogue: CleanCatalogue) async throws {
        let publications =
            try await catalogue.publicationsWithoutIdentity(of: facts.children([.cascade]), of: .delete)
            + catalogue.publicationsWithoutIdentity(of: facts.children([.setNull, .setDefault]), of: .update)
        guard publications.isEmpty else {
            throw CleanError.table(
                facts.name.description,
                reason: "tables that refer to it have no replica identity, and their changes are published by "
                    + publications.joined(separator: ", "),
                hint: "Give them primary keys, or ALTER TABLE … REPLICA IDENTITY FULL.")
        }
    }
}
