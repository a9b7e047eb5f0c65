import Archive
import JobModel
import Postgres

/// The statement that reads a table's rows: the same for the backup and for the comparison after a restore.
enum CopyOutStatement {
    /// The source is the entry's own table even where the rows are loaded through a partition root, which COPY cannot
    /// read from. `columns` are quoted; `condition` is the `WHERE …` of an extension's configuration table.
    static func text(
        schema: ServerText, name: ServerText, columns: [ServerText], condition: ServerText?
    ) -> ServerText {
        let table = SQLIdentifier(schema: schema, name: name).quoted
        let list = columns.joined(separator: ", ")
        if let condition { return "COPY (SELECT \(list) FROM \(table) \(condition)) TO STDOUT" }
        return columns.isEmpty ? "COPY \(table) TO STDOUT" : "COPY \(table) (\(list)) TO STDOUT"
    }

    /// The rows in some blocks of the table itself, which has columns.
    static func text(schema: ServerText, name: ServerText, columns: [ServerText], range: BlockRange) -> ServerText {
        let table = SQLIdentifier(schema: schema, name: name).quoted
        return "COPY (SELECT \(columns.joined(separator: ", ")) FROM ONLY \(table) \(range.condition)) TO STDOUT"
    }
}

extension Manifest.Table {
    /// For people: `schema.name`.
    package var displayName: String { "\(schema).\(name)" }

    var copyStatement: ServerText {
        CopyOutStatement.text(schema: schema, name: name, columns: columns, condition: condition)
    }

    /// The columns in the order in which their hash was made: the root's, where rows are loaded through one.
    var columnsInDigestOrder: [ServerText] {
        guard let order = root?.fieldOrder else { return columns }
        return order.map { columns[$0] }
    }
}
