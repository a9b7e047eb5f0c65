import Archive
import JobModel

/// What an entry is to somebody who restores a part of an archive. Kinds are pg_dump's words for them (`pg_dump.c`).
extension TOCEntry {
    private static let relations: Set<ServerText> = [
        "TABLE", "FOREIGN TABLE", "VIEW", "MATERIALIZED VIEW", "SEQUENCE",
    ]
    private static let data: Set<ServerText> = [
        "TABLE DATA", "MATERIALIZED VIEW DATA", "SEQUENCE SET", "STATISTICS DATA", "BLOBS", "BLOB", "BLOB METADATA",
    ]
    private static let remarks: Set<ServerText> = ["COMMENT", "ACL", "SECURITY LABEL"]
    private static let database: Set<ServerText> = [
        "ENCODING", "STDSTRINGS", "SEARCHPATH", "DATABASE", "DATABASE PROPERTIES",
    ]
    private static let separable: Set<ServerText> = [
        "FK CONSTRAINT", "TABLE ATTACH", "INDEX ATTACH", "PUBLICATION TABLE", "PUBLICATION TABLES IN SCHEMA", "RULE",
    ]

    /// What `--table` can name.
    var isRelation: Bool { Self.relations.contains(desc) }
    /// Rows and values; nothing that others can need.
    var isData: Bool { Self.data.contains(desc) }
    /// What is said of an object: its comment, its privileges.
    var isRemark: Bool { Self.remarks.contains(desc) }
    var isOfDatabase: Bool { Self.database.contains(desc) }
    /// What its table is whole without; left out, with a warning, where something that it refers to is missing.
    /// (Not policies: without one of them rows may be seen that should not be.)
    var isSeparable: Bool { Self.separable.contains(desc) }
    var isIndexOrConstraint: Bool { desc == "INDEX" || desc == "CONSTRAINT" }
    /// What is never made only because something needs it: it concerns more than what was asked for.
    var isOnlyMadeByName: Bool {
        isRelation && desc != "SEQUENCE" || desc == "PUBLICATION" || desc == "SUBSCRIPTION" || desc == "EVENT TRIGGER"
    }

    /// For people: `TABLE public.orders`, `FK CONSTRAINT public.orders orders_customer_fkey`.
    var kindAndName: String { "\(desc) \(patternText)" }

    /// pg_dump breaks only before this.
    var statementOnOneLine: String {
        (defn?.text ?? "").trimmed.replacing("\n    ADD CONSTRAINT ", with: " ADD CONSTRAINT ")
    }

    /// As `--table` takes it, for what has a name of its own.
    var patternText: String {
        guard isRelation || desc == "TYPE" || desc == "DOMAIN" || desc == "INDEX" else {
            return (namespace?.bytes.isEmpty ?? true) ? tag.text : "\(namespace ?? "").\(tag)"
        }
        return RelationPattern.text(schema: namespace ?? "", name: tag)
    }
}
