package import JobModel

/// The statement of a TABLE DATA entry: `COPY public.t (a, "b c") FROM stdin;`.
///
/// Source: `dumpTableData` and `fmtCopyColumnList` in PostgreSQL's `pg_dump.c`.
package struct CopyStatement: Hashable, Sendable {
    /// The relation into which the rows are loaded, quoted as SQL; the root where rows are loaded through one.
    package let target: ServerText
    /// The columns, each quoted as SQL, in the order of the fields; empty for a table without columns.
    package let columns: [ServerText]

    /// Throws ``ArchiveError/damaged(object:reason:)`` where `text` is no statement of this form.
    package init(parsing text: ServerText) throws(ArchiveError) {
        var scanner = StatementScanner(rest: text.bytes[...])
        guard scanner.skip("COPY "), let target = scanner.qualifiedName(), scanner.skip(" "),
            let columns = scanner.columns(), scanner.skip(" FROM stdin;\n"), scanner.rest.isEmpty
        else {
            let reason = "\"\(text.text.prefix(200))\" is no COPY statement of pg_dump's"
            throw ArchiveError.damaged(object: TableOfContents.objectName, reason: reason)
        }
        self.target = target
        self.columns = columns
    }
}

extension TOCEntry {
    /// The parsed ``copyStmt``. Throws where there is none, as in dumps with INSERT statements.
    package var copyStatement: CopyStatement {
        get throws(ArchiveError) {
            guard let copyStmt, !copyStmt.bytes.isEmpty else {
                throw ArchiveError.unsupported(
                    object: TableOfContents.objectName, reason: "the entry \"\(tag)\" has no COPY statement")
            }
            return try CopyStatement(parsing: copyStmt)
        }
    }

    /// The columns of ``copyStatement``, each quoted as SQL.
    package var copyColumns: [ServerText] {
        get throws(ArchiveError) { try copyStatement.columns }
    }

    /// The relation of ``copyStatement``, quoted as SQL: the table, or the root of its partition tree.
    package var copyTarget: ServerText {
        get throws(ArchiveError) { try copyStatement.target }
    }

    private static let rootMark: ServerText = "-- load via partition root "

    /// The name, quoted as SQL, of the partition root through which the rows are loaded; nil where they go straight
    /// into the table.
    package var partitionRoot: ServerText? {
        guard let defn, defn.bytes.starts(with: Self.rootMark.bytes) else { return nil }
        let name = defn.bytes.dropFirst(Self.rootMark.bytes.count)
        return ServerText(bytes: name.last == UInt8(ascii: "\n") ? name.dropLast() : name)
    }

    /// Whether the rows are loaded through the root of the partition tree.
    package var loadsViaPartitionRoot: Bool { partitionRoot != nil }
}

/// Takes pg_dump's quoted names off the front of a statement.
private struct StatementScanner {
    var rest: ArraySlice<UInt8>

    mutating func skip(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { text in
            guard rest.starts(with: text) else { return false }
            rest = rest.dropFirst(text.count)
            return true
        }
    }

    /// `a`, `"b c"`; the quotes stay.
    mutating func identifier() -> ServerText? {
        let quote = UInt8(ascii: "\"")
        let start = rest
        if rest.first == quote {
            repeat {
                guard let end = rest.dropFirst().firstIndex(of: quote) else { return nil }
                rest = rest[(end + 1)...]
            } while rest.first == quote
        } else {
            rest = rest.drop { !Self.endsName($0) }
        }
        let name = start[..<rest.startIndex]
        return name.isEmpty ? nil : ServerText(bytes: name)
    }

    /// Names joined by dots.
    mutating func qualifiedName() -> ServerText? {
        guard var name = identifier() else { return nil }
        while skip(".") {
            guard let next = identifier() else { return nil }
            name = "\(name).\(next)"
        }
        return name
    }

    /// `(a, "b c")`, or nothing for a table without columns.
    mutating func columns() -> [ServerText]? {
        guard skip("(") else { return [] }
        var columns: [ServerText] = []
        repeat {
            guard let column = identifier() else { return nil }
            columns.append(column)
        } while skip(", ")
        return skip(")") ? columns : nil
    }

    private static func endsName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: "("), UInt8(ascii: ")"),
            UInt8(ascii: "\""), UInt8(ascii: ";"), UInt8(ascii: "\n"):
            true
        default: false
        }
    }
}
