package import JobModel

/// One entry of an archive's table of contents, as pg_dump wrote it.
///
/// Names and SQL are bytes in the archive's encoding. Source: `WriteToc` in PostgreSQL's `pg_backup_archiver.c`.
package struct TOCEntry: Hashable, Sendable {
    /// The part of a restore to which an entry belongs.
    package enum Section: Int, Hashable, Sendable {
        /// Comments and privileges: they go with the entry to which they belong.
        case none = 1
        case preData
        case data
        case postData
    }

    /// The number that other entries depend on and that names the entry's file; unique and positive.
    package internal(set) var dumpID = 0
    /// Whether the entry has data outside the table of contents.
    package internal(set) var hadDumper = false
    /// The oid of the catalog in which the object stands; 0 where it stands in none.
    package internal(set) var tableOID: UInt32 = 0
    /// The oid of the object; of the table itself for TABLE DATA.
    package internal(set) var oid: UInt32 = 0
    /// The object's name, not quoted.
    package internal(set) var tag: ServerText = ""
    /// The kind of object in pg_dump's words, for instance `TABLE DATA`.
    package internal(set) var desc: ServerText = ""
    package internal(set) var section = Section.none
    /// The SQL that makes the object; for TABLE DATA empty or the mark of ``partitionRoot``.
    package internal(set) var defn: ServerText?
    /// The SQL that drops the object, for `pg_restore --clean`.
    package internal(set) var dropStmt: ServerText?
    /// The statement that loads the rows; ``copyStatement`` parses it.
    package internal(set) var copyStmt: ServerText?
    /// The object's schema, not quoted; nil or empty where it is in none.
    package internal(set) var namespace: ServerText?
    /// The object's tablespace, not quoted; empty for the database's own.
    package internal(set) var tablespace: ServerText?
    /// The table access method; nil before archive version 1.14.
    package internal(set) var tableAM: ServerText?
    /// `pg_class.relkind`; nil before archive version 1.16 and for entries that are no relations.
    package internal(set) var relkind: Character?
    /// The role that owns the object, not quoted.
    package internal(set) var owner: ServerText?
    /// The dump ids of the entries that must be restored before this one.
    package internal(set) var dependencies: [Int] = []
    /// The file of a directory archive that holds the entry's data, without a compression suffix.
    package internal(set) var fileName: String?
}

extension TOCEntry {
    /// Whether the entry holds the rows of a table.
    package var isTableData: Bool { desc == "TABLE DATA" }

    /// Whether the entry holds the contents of large objects.
    package var isBlobs: Bool { desc == "BLOBS" }

    /// The object's own name as SQL: schema and tag, both quoted; the leaf's where rows are loaded through a root.
    package var qualifiedName: ServerText {
        guard let namespace, !namespace.bytes.isEmpty else { return Self.quoted(tag) }
        return "\(Self.quoted(namespace)).\(Self.quoted(tag))"
    }

    /// The name in double quotes, with those inside doubled.
    private static func quoted(_ name: ServerText) -> ServerText {
        let quote = UInt8(ascii: "\"")
        return ServerText(bytes: [quote] + name.bytes.flatMap { $0 == quote ? [quote, quote] : [$0] } + [quote])
    }

    /// The file that pg_dump gives an entry with data in a directory archive.
    ///
    /// Source: `_ArchiveEntry` in `pg_backup_directory.c`.
    static func fileName(dumpID: Int, desc: ServerText, version: ArchiveVersion) -> String {
        guard desc == "BLOBS" else { return "\(dumpID).dat" }
        return version >= .largeObjectGroups ? "blobs_\(dumpID).toc" : "blobs.toc"
    }
}
