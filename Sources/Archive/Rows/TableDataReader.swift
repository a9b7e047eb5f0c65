/// Reads the COPY text of a table strictly: rows, then the terminator `\.`, then two empty lines, then nothing.
///
/// A server silently ignores all that follows a terminator, and stock pg_restore takes a missing one for the end; both
/// are refused here. Memory: the chunk that is handed on, and for a row larger than a piece about twice the row.
///
/// Source: PostgreSQL manual, COPY, "Text Format"; `dumpTableData_copy` in `pg_dump.c`.
package struct TableDataReader: Sendable {
    private enum Phase {
        case rows
        /// After the terminator, with so many of its empty lines.
        case terminated(emptyLines: Int)
    }

    /// What stands after the last row: `\.` and two empty lines.
    package static let terminator: [UInt8] = Array("\\.\n\n\n".utf8)
    private static let emptyLinesAfterTerminator = 2

    private let object: String
    private var hasher: RowHasher
    private var phase = Phase.rows
    /// The beginning of a row whose newline has not come.
    private var partialRow: [UInt8] = []

    /// `object` names the object in errors; `fieldOrder` is ``RowHasher``'s.
    package init(object: String, fieldOrder: [Int]? = nil) {
        self.object = object
        hasher = RowHasher(fieldOrder: fieldOrder)
    }

    /// The digest of the rows handed on so far.
    package var digest: RowDigest { hasher.digest }

    /// Takes the next piece and returns the whole rows that end in it, each with its newline; empty where none does.
    package mutating func append(_ piece: [UInt8]) throws(ArchiveError) -> [UInt8] {
        switch phase {
        case .rows:
            return try rows(endingIn: piece)
        case .terminated:
            try takeEmptyLines(piece[...])
            return []
        }
    }

    /// The digest of all rows. Throws where the text must not end here.
    package func finish() throws(ArchiveError) -> RowDigest {
        guard case .terminated(Self.emptyLinesAfterTerminator) = phase else {
            throw damaged("its rows end without the terminator, after \(digest.rows) rows")
        }
        return digest
    }

    private mutating func rows(endingIn piece: [UInt8]) throws(ArchiveError) -> [UInt8] {
        guard let end = piece.lastIndexOfNewline.map({ $0 + 1 }) else {
            partialRow += piece
            return []
        }
        var chunk = partialRow
        partialRow = []
        if chunk.isEmpty && end == piece.count { chunk = piece } else { chunk += piece[..<end] }
        let rest = piece[end...]
        let stop = chunk.withUnsafeBytes { hasher.hashRows($0, until: .terminator) }
        guard stop < chunk.count else {
            partialRow = Array(rest)
            return chunk
        }
        try takeTerminator(chunk[stop...])
        try takeEmptyLines(rest)
        return Array(chunk[..<stop])
    }

    /// Takes lines of which the first begins with `\.`.
    private mutating func takeTerminator(_ lines: ArraySlice<UInt8>) throws(ArchiveError) {
        guard lines.starts(with: Self.terminator.prefix(3)) else {
            throw damaged("row \(digest.rows + 1) begins with the terminator's mark")
        }
        phase = .terminated(emptyLines: 0)
        try takeEmptyLines(lines.dropFirst(3))
    }

    private mutating func takeEmptyLines(_ bytes: ArraySlice<UInt8>) throws(ArchiveError) {
        guard case .terminated(let emptyLines) = phase, !bytes.isEmpty else { return }
        guard emptyLines + bytes.count <= Self.emptyLinesAfterTerminator,
            bytes.allSatisfy({ $0 == UInt8(ascii: "\n") })
        else {
            throw damaged("bytes follow the terminator after row \(digest.rows)")
        }
        phase = .terminated(emptyLines: emptyLines + bytes.count)
    }

    private func damaged(_ reason: String) -> ArchiveError {
        ArchiveError.damaged(object: object, reason: reason)
    }
}

extension [UInt8] {
    fileprivate var lastIndexOfNewline: Int? {
        withUnsafeBytes { bytes in
            var index = bytes.count - 1
            while index >= 0 {
                if bytes[index] == UInt8(ascii: "\n") { return index }
                index -= 1
            }
            return nil
        }
    }
}
