import Foundation

/// Reads the COPY text of a table strictly: rows, then the terminator `\.`, then two empty lines, then nothing.
///
/// A server silently ignores all that follows a terminator, and stock pg_restore takes a missing one for the end; both
/// are refused here. Memory: the chunk that is handed on and the beginning of a row, however large rows are; but rows
/// whose fields are hashed in another order are kept whole as well.
///
/// Source: PostgreSQL manual, COPY, "Text Format"; `dumpTableData_copy` in `pg_dump.c`.
package struct TableDataReader: Sendable {
    private enum Phase {
        case rows
        /// After the beginning of a row that is handed on in pieces.
        case withinRow
        /// After the terminator, with so many of its empty lines.
        case terminated(emptyLines: Int)
    }

    /// What stands after the last row: `\.` and two empty lines.
    package static let terminator: [UInt8] = Array("\\.\n\n\n".utf8)
    private static let emptyLinesAfterTerminator = 2

    private let object: String
    private let largestHeldRow: Int
    private var hasher: RowHasher
    private var phase = Phase.rows
    /// The beginning of a row whose newline has not come.
    private var partialRow: [UInt8] = []

    /// `object` names the object in errors; `fieldOrder` is ``RowHasher``'s. A row of more than
    /// `largestHeldRowInBytes`, at least 2, is handed on in pieces. Default: 1 MiB.
    package init(object: String, fieldOrder: [Int]? = nil, largestHeldRowInBytes: Int = 1 << 20) {
        self.object = object
        largestHeldRow = max(2, largestHeldRowInBytes)
        hasher = RowHasher(fieldOrder: fieldOrder)
    }

    /// The digest of the rows handed on so far.
    package var digest: RowDigest { hasher.digest }

    /// Takes the next piece and returns the rows that end in it, each with its newline; empty where none does.
    ///
    /// What is returned begins where what was returned before ended. It ends with a newline, unless a large row goes
    /// on in what the next call returns.
    package mutating func append(_ piece: [UInt8]) throws(ArchiveError) -> [UInt8] {
        switch phase {
        case .rows:
            return try rows(endingIn: piece)
        case .withinRow:
            return try rest(ofRowIn: piece)
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
        guard let end = piece.lastIndexOfNewline.map({ $0 + 1 }) else { return try hold(piece) }
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

    /// Keeps the beginning of a row, or hands it on where it has become large.
    private mutating func hold(_ piece: [UInt8]) throws(ArchiveError) -> [UInt8] {
        partialRow += piece
        guard partialRow.count > largestHeldRow else { return [] }
        guard !partialRow.starts(with: Self.terminator.prefix(2)) else { throw markedRow }
        let beginning = partialRow
        partialRow = []
        hasher.update(beginning)
        phase = .withinRow
        return beginning
    }

    /// Hands on more of a row that is handed on in pieces, and the rows after it.
    private mutating func rest(ofRowIn piece: [UInt8]) throws(ArchiveError) -> [UInt8] {
        guard let newline = piece.firstIndexOfNewline else {
            hasher.update(piece)
            return piece
        }
        let end = Array(piece[...newline])
        hasher.update(end)
        phase = .rows
        return try end + rows(endingIn: Array(piece[(newline + 1)...]))
    }

    private var markedRow: ArchiveError { damaged("row \(digest.rows + 1) begins with the terminator's mark") }

    /// Takes lines of which the first begins with `\.`.
    private mutating func takeTerminator(_ lines: ArraySlice<UInt8>) throws(ArchiveError) {
        guard lines.starts(with: Self.terminator.prefix(3)) else { throw markedRow }
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
    fileprivate var firstIndexOfNewline: Int? {
        withUnsafeBytes { bytes in
            guard let begin = bytes.baseAddress else { return nil }
            return memchr(begin, Int32(UInt8(ascii: "\n")), bytes.count).map { UnsafeRawPointer($0) - begin }
        }
    }

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
