import Archive
import JobModel

/// What an object is known by in a database: of two with the same name there can be only one.
struct ObjectName: Hashable, Sendable, CustomStringConvertible {
    /// Tables, views, sequences and indexes share one space of names.
    let kind: String
    let schema: ServerText
    let name: ServerText

    init(kind: String, schema: ServerText, name: ServerText) {
        self.kind = kind
        self.schema = schema
        self.name = name
    }

    /// Nil for an entry that is only part of another object, or says something of it.
    init?(_ entry: TOCEntry) {
        let schema = entry.namespace ?? ""
        switch entry.desc.text {
        case "TABLE", "FOREIGN TABLE", "VIEW", "MATERIALIZED VIEW", "SEQUENCE", "INDEX":
            self.init(kind: "relation", schema: schema, name: entry.tag)
        case "TYPE", "DOMAIN", "SHELL TYPE": self.init(kind: "type", schema: schema, name: entry.tag)
        case "FUNCTION", "PROCEDURE", "AGGREGATE": self.init(kind: "routine", schema: schema, name: entry.tag)
        case "SCHEMA", "EXTENSION", "PUBLICATION", "SUBSCRIPTION", "EVENT TRIGGER", "SERVER", "FOREIGN DATA WRAPPER",
            "ACCESS METHOD":
            self.init(kind: entry.desc.text.lowercased(), schema: "", name: entry.tag)
        case "PROCEDURAL LANGUAGE": self.init(kind: "language", schema: "", name: entry.tag)
        case "COLLATION", "CONVERSION", "OPERATOR", "OPERATOR CLASS", "OPERATOR FAMILY", "STATISTICS",
            "TEXT SEARCH CONFIGURATION", "TEXT SEARCH DICTIONARY", "TEXT SEARCH PARSER", "TEXT SEARCH TEMPLATE",
            "FK CONSTRAINT":
            self.init(kind: entry.desc.text.lowercased(), schema: schema, name: entry.tag)
        default: return nil
        }
    }

    /// For people; of a relation as `--table` takes it.
    var description: String {
        if kind == "relation" { return RelationPattern.text(schema: schema, name: name) }
        return schema.bytes.isEmpty ? name.text : "\(schema).\(name)"
    }

    /// The index that a primary key, a unique or an exclusion constraint makes.
    init?(indexOf entry: TOCEntry, table: TOCEntry?) {
        guard entry.desc == "CONSTRAINT", let table, entry.tag.bytes.starts(with: table.tag.bytes + [32]) else {
            return nil
        }
        let name = ServerText(bytes: entry.tag.bytes.dropFirst(table.tag.bytes.count + 1))
        self.init(kind: "relation", schema: entry.namespace ?? "", name: name)
    }
}
