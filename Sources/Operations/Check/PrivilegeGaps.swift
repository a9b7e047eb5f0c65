import JobModel
import Postgres

/// What a role lacks to dump a whole database, by object; and the SQL that grants just that.
///
/// pg_dump reads definitions without any privilege; rows need USAGE of the schema and SELECT on the table, values of
/// sequences and large objects SELECT, and no policy may hide rows.
struct PrivilegeGaps: Equatable, Sendable {
    var role: ServerText = ""
    /// Schemas that hold tables or sequences and may not be used.
    var schemas: [ServerText] = []
    var tables: [SQLIdentifier] = []
    var sequences: [SQLIdentifier] = []
    /// Oids.
    var largeObjects: [UInt32] = []
    /// Tables of which a policy would hide rows.
    var hiddenTables: [SQLIdentifier] = []

    /// Beyond this many objects of a kind the statement is about all of them.
    static let mostSingleGrants = 50

    var isEmpty: Bool { schemas.isEmpty && tables.isEmpty && sequences.isEmpty && largeObjects.isEmpty }

    /// SQL that closes the gaps; nothing more than was found to be lacking, unless it would be too long to read.
    var grants: [String] {
        let role = role.quotedAsIdentifier
        return schemas.map { "GRANT USAGE ON SCHEMA \($0.quotedAsIdentifier) TO \(role);" }
            + grants(on: tables, "TABLE") + grants(on: sequences, "SEQUENCE") + largeObjectGrants
    }

    /// Lets the role see the rows that policies hide.
    var bypass: [String] {
        hiddenTables.isEmpty ? [] : ["ALTER ROLE \(role.quotedAsIdentifier) BYPASSRLS;"]
    }

    /// `3 tables (public.a, public.b and 1 more), 1 sequence (public.s)`
    var summary: String {
        let parts = [
            Self.part(schemas.map(\.text), "schema"), Self.part(tables.map(Self.name), "table"),
            Self.part(sequences.map(Self.name), "sequence"),
            Self.part(largeObjects.map(String.init), "large object"),
        ]
        return parts.compactMap { $0 }.joined(separator: ", ")
    }

    var hiddenSummary: String { Self.part(hiddenTables.map(Self.name), "table") ?? "" }

    private func grants(on objects: [SQLIdentifier], _ kind: String) -> [String] {
        let role = role.quotedAsIdentifier
        guard objects.count > Self.mostSingleGrants else {
            return objects.map { "GRANT SELECT ON \(kind) \($0.quoted) TO \(role);" }
        }
        return Set(objects.compactMap(\.schema)).sorted { $0.text < $1.text }.map {
            "GRANT SELECT ON ALL \(kind)S IN SCHEMA \($0.quotedAsIdentifier) TO \(role);"
        }
    }

    private var largeObjectGrants: [String] {
        let role = role.quotedAsIdentifier
        guard largeObjects.count > Self.mostSingleGrants else {
            return largeObjects.map { "GRANT SELECT ON LARGE OBJECT \($0) TO \(role);" }
        }
        let grant = ServerText("GRANT SELECT ON LARGE OBJECT %s TO \(role)").quotedAsLiteral
        return [
            "DO $dbops$ DECLARE o oid; BEGIN FOR o IN SELECT oid FROM pg_largeobject_metadata LOOP "
                + "EXECUTE format(\(grant), o); END LOOP; END $dbops$;"
        ]
    }

    private static func name(_ object: SQLIdentifier) -> String {
        (object.schema.map { "\($0)." } ?? "") + object.name.text
    }

    private static func part(_ names: [String], _ noun: String) -> String? {
        guard !names.isEmpty else { return nil }
        let shown = names.prefix(5).joined(separator: ", ")
        let rest = names.count > 5 ? " and \(names.count - 5) more" : ""
        return "\(names.count) \(noun)\(names.count == 1 ? "" : "s") (\(shown)\(rest))"
    }
}
