@testable import Archive

/// A table's object, read as a verification reads it.
enum TableObject {
    /// Members of `rowsPerMember` rows each, and the terminator in one of its own.
    static func bytes(of rows: [[UInt8]], rowsPerMember: Int, compressor: any Compressor) throws -> [UInt8] {
        var object: [UInt8] = []
        var rest = rows[...]
        while !rest.isEmpty {
            object += try compressor.member(CopyText.text(of: rest.prefix(rowsPerMember)))
            rest = rest.dropFirst(rowsPerMember)
        }
        return object + (try compressor.member(TableDataReader.terminator))
    }

    /// The rows' text and their digest.
    static func read(
        _ pieces: [[UInt8]], header: GzipHeader = .canonical
    ) throws(ArchiveError) -> (text: [UInt8], digest: RowDigest) {
        let members = MemberReader(object: "1.dat.gz", header: header)
        var rows = TableDataReader(object: "1.dat.gz")
        var text: [UInt8] = []
        for piece in pieces {
            members.append(piece)
            while let inflated = try members.next() { text += try rows.append(inflated) }
        }
        try members.finish()
        return (text, try rows.finish())
    }
}
