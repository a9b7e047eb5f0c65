package import JobModel

extension Manifest {
    /// The archive's form.
    package struct Archive: Hashable, Sendable, Codable {
        /// The version of pg_dump's archive format, for instance `1.14`.
        package var version: String
        /// As pg_restore -l states it.
        package var tocEntries: Int
        /// The encoding of names, SQL and rows; nil where the archive does not state it.
        package var encoding: String?
        /// ``CompressionSetting``'s text.
        package var compression: String
        /// The filters that were handed to pg_dump; empty where all is in the backup.
        package var filters: [String]

        package init(version: String, tocEntries: Int, encoding: String? = nil, compression: String, filters: [String])
        {
            self.version = version
            self.tocEntries = tocEntries
            self.encoding = encoding
            self.compression = compression
            self.filters = filters
        }

        private enum CodingKeys: String, CodingKey {
            case version, encoding, compression, filters
            case tocEntries = "toc_entries"
        }
    }

    /// The rows of one table.
    package struct Table: Hashable, Sendable, Codable {
        /// The dump id of the TABLE DATA entry.
        package var dumpID: Int
        /// At the source.
        package var oid: UInt32
        /// Not quoted.
        package var schema: ServerText
        /// Not quoted.
        package var name: ServerText
        /// `pg_class.relkind`.
        package var relkind: String
        /// `pg_class.relpersistence`.
        package var persistence: String
        /// In the order of the rows' fields, each quoted as SQL.
        package var columns: [ServerText]
        package var rows: Int
        /// The size of the COPY text without the terminator.
        package var bytesRaw: Int
        /// The sum of the rows' hashes; of the root's field order where ``root`` names one.
        package var digest: HashSum
        /// The name of the object that holds the rows.
        package var file: String
        /// The condition of an extension's configuration table: only these rows are in the backup.
        package var condition: ServerText?
        /// Where the rows are loaded through the root of a partition tree.
        package var root: PartitionRoot?

        package init(
            dumpID: Int, oid: UInt32, schema: ServerText, name: ServerText, relkind: String, persistence: String,
            columns: [ServerText], rows: Int, bytesRaw: Int, digest: HashSum, file: String,
            condition: ServerText? = nil, root: PartitionRoot? = nil
        ) {
            self.dumpID = dumpID
            self.oid = oid
            self.schema = schema
            self.name = name
            self.relkind = relkind
            self.persistence = persistence
            self.columns = columns
            self.rows = rows
            self.bytesRaw = bytesRaw
            self.digest = digest
            self.file = file
            self.condition = condition
            self.root = root
        }

        private enum CodingKeys: String, CodingKey {
            case oid, schema, name, relkind, persistence, columns, rows, digest, file, condition, root
            case dumpID = "dump_id"
            case bytesRaw = "bytes_raw"
        }

        /// What the rows must come to after a restore.
        package var rowDigest: RowDigest { RowDigest(rows: rows, bytes: bytesRaw, sum: digest) }
    }

    /// The root of a partition tree through which a leaf's rows are loaded. After a restore its rows may stand in other
    /// leaves, so digests are compared per root.
    package struct PartitionRoot: Hashable, Sendable, Codable {
        /// The root, quoted as SQL.
        package var target: ServerText
        /// ``RowHasher``'s field order; nil where the leaf's columns stand in the root's order.
        package var fieldOrder: [Int]?

        package init(target: ServerText, fieldOrder: [Int]? = nil) {
            self.target = target
            self.fieldOrder = fieldOrder
        }

        private enum CodingKeys: String, CodingKey {
            case target
            case fieldOrder = "field_order"
        }
    }

    /// A table that the backup creates without its rows.
    package struct TableWithoutData: Hashable, Sendable, Codable {
        /// Not quoted.
        package var schema: ServerText
        /// Not quoted.
        package var name: ServerText
        package var reason: Reason

        package init(schema: ServerText, name: ServerText, reason: Reason) {
            self.schema = schema
            self.name = name
            self.reason = reason
        }

        package enum Reason: String, Hashable, Sendable, Codable {
            /// A standby holds no rows of unlogged tables.
            case unloggedOnStandby = "unlogged on a standby"
            /// The rows of a foreign table belong to another server.
            case foreign = "foreign table"
            /// A filter left the rows out.
            case excluded = "excluded"
        }
    }
}
