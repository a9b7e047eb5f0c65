extension Manifest {
    /// The large objects of the database.
    package struct LargeObjects: Hashable, Sendable, Codable {
        package var count: Int
        package var bytes: Int
        /// The sum of the objects' hashes.
        package var digest: HashSum
        /// One for each BLOBS entry.
        package var groups: [LargeObjectGroup]
        /// In the order of the table of contents. The members of each are the next of its large objects that have no
        /// object of their own. Empty where every large object has one.
        package var packs: [LargeObjectPack]

        package init(
            count: Int, bytes: Int, digest: HashSum, groups: [LargeObjectGroup], packs: [LargeObjectPack] = []
        ) {
            self.count = count
            self.bytes = bytes
            self.digest = digest
            self.groups = groups
            self.packs = packs
        }

        /// Backups that were made before there were packs do not speak of them.
        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            count = try container.decode(Int.self, forKey: .count)
            bytes = try container.decode(Int.self, forKey: .bytes)
            digest = try container.decode(HashSum.self, forKey: .digest)
            groups = try container.decode([LargeObjectGroup].self, forKey: .groups)
            packs = try container.decodeIfPresent([LargeObjectPack].self, forKey: .packs) ?? []
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

    /// Many large objects in one object of the backup: a tar archive of the files that they would be.
    package struct LargeObjectPack: Hashable, Sendable, Codable {
        /// The name of the object.
        package var file: String
        package var count: Int
        /// The size of the large objects, before compression.
        package var bytes: Int
        /// The sum of their hashes.
        package var digest: HashSum
        package var firstOID: UInt32
        package var lastOID: UInt32

        package init(file: String, count: Int, bytes: Int, digest: HashSum, firstOID: UInt32, lastOID: UInt32) {
            self.file = file
            self.count = count
            self.bytes = bytes
            self.digest = digest
            self.firstOID = firstOID
            self.lastOID = lastOID
        }

        private enum CodingKeys: String, CodingKey {
            case file, count, bytes, digest
            case firstOID = "first_oid"
            case lastOID = "last_oid"
        }

        /// What its large objects must come to after a restore.
        package var contentDigest: LargeObjectDigest { LargeObjectDigest(count: count, bytes: bytes, sum: digest) }
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
