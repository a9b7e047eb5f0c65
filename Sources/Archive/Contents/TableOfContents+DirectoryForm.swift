extension TableOfContents {
    /// The `toc.dat` of a directory archive with gzip files that holds the same entries.
    ///
    /// Differs from the bytes that were read in the format's mark, in the compression (so that pg_restore looks for
    /// `<dump id>.dat.gz` when it orders its work), and in each entry's file name in place of an offset. It equals
    /// what `pg_dump -Fd` writes. Source: `_CloseArchive` in `pg_backup_directory.c`.
    package func directoryForm() -> [UInt8] {
        var form: [UInt8] = []
        form.reserveCapacity(bytes.count + entries.count * 8)
        form += bytes[..<layout.format]
        form.append(Format.directory.rawValue)
        form += bytes[(layout.format + 1)..<layout.compression.lowerBound]
        form += gzipMark
        var position = layout.compression.upperBound
        for (entry, dataPosition) in zip(entries, layout.dataPositions) {
            form += bytes[position..<dataPosition.lowerBound]
            Self.append(Array((entry.fileName ?? "").utf8), to: &form)
            position = dataPosition.upperBound
        }
        form += bytes[position...]
        return form
    }

    /// The algorithm's number, or zlib's default level where the format states a level.
    private var gzipMark: [UInt8] {
        version >= .compressionAlgorithms ? [1] : TOCNumber.bytes(of: -1)
    }

    private static func append(_ text: [UInt8], to form: inout [UInt8]) {
        form += TOCNumber.bytes(of: text.count)
        form += text
    }
}
