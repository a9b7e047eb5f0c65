/// How much a backup holds, for comparison with others of its job.
package struct BackupSize: Sendable, Hashable, Codable {
    package var rows: Int
    /// COPY text and large objects, before compression.
    package var bytesRaw: Int

    package init(rows: Int, bytesRaw: Int) {
        self.rows = rows
        self.bytesRaw = bytesRaw
    }

    private enum CodingKeys: String, CodingKey {
        case rows
        case bytesRaw = "bytes_raw"
    }

    /// The median of the rows and that of the bytes, each by itself; of two in the middle the smaller, so that an even
    /// number of backups raises no alarm that one more would silence. Nil where there are none.
    package static func median(of sizes: [BackupSize]) -> BackupSize? {
        guard !sizes.isEmpty else { return nil }
        let middle = (sizes.count - 1) / 2
        return BackupSize(rows: sizes.map(\.rows).sorted()[middle], bytesRaw: sizes.map(\.bytesRaw).sorted()[middle])
    }
}
