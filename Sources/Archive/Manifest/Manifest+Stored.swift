extension Manifest {
    /// The large objects of the database.
    package struct LargeObjects: Hashable, Sendable, Codable {
        package var count: Int
        package var bytes: Int
        /// The sum of the objects' hashes.
        package var digest: HashSum
        /// One for each BLOBS entry.
        package var groups: [LargeObjectGroup]

        package init(count: Int, bytes: Int, digest: HashSum, groups: [LargeObjectGroup]) {
            self.count = count
            self.bytes = bytes
            self.digest = digest
            self.groups = groups
        }

        /// What the large objects must come to after a restore.
        package var contentDigest: LargeObjectDigest { LargeObjectDigest(count: count, bytes: bytes, sum: digest) }
    }

    /// The large objects of one BLOBS entry.
    package struct LargeObjectGroup: Hashable, Sendable, Codable {
        /// The dump id of the entry.
        package var dumpID: Int
        package var count: Int
        package var bytes: Int
        package var digest: HashSum
        /// The name of the object that lists them.
        package var file: String

        package init(dumpID: Int, count: Int, bytes: Int, digest: HashSum, file: String) {
            self.dumpID = dumpID
            self.count = count
            self.bytes = bytes
            self.digest = digest
            self.file = file
        }

        private enum CodingKeys: String, CodingKey {
            case count, bytes, digest, file
            case dumpID = "dump_id"
        }
    }

    /// An object of the backup.
    package struct StoredObject: Hashable, Sendable, Codable {
        /// Below the backup's prefix.
        package var name: String
        /// In bytes.
        package var size: Int
        /// 64 hexadecimal digits.
        package var sha256: String

        package init(name: String, size: Int, sha256: String) {
            self.name = name
            self.size = size
            self.sha256 = sha256
        }
    }

    /// What the backup comes to.
    package struct Totals: Hashable, Sendable, Codable {
        package var tables: Int
        package var rows: Int
        /// COPY text and large objects, before compression.
        package var bytesRaw: Int
        /// All objects but the manifest.
        package var bytesStored: Int
        /// From start to finish.
        package var seconds: Double

        package init(tables: Int, rows: Int, bytesRaw: Int, bytesStored: Int, seconds: Double) {
            self.tables = tables
            self.rows = rows
            self.bytesRaw = bytesRaw
            self.bytesStored = bytesStored
            self.seconds = seconds
        }

        private enum CodingKeys: String, CodingKey {
            case tables, rows, seconds
            case bytesRaw = "bytes_raw"
            case bytesStored = "bytes_stored"
        }
    }
}
