import Archive

/// The members of one object, gathered for the index as they are written.
struct MemberGathering: Sendable {
    /// Beyond this, neighbours are merged: the index of a table of any size stays small.
    private static let most = 4_096

    /// Each begins with a row.
    private(set) var all: [MemberIndex.Member] = []
    /// Whether the row in which the last one ends goes on.
    private var isWithinRow = false

    /// Adds the member that follows the last. Those in which one row goes on count as one.
    mutating func append(_ member: TableDump.Member) {
        if isWithinRow, let last = all.indices.last {
            all[last].length += member.bytes.count
            all[last].rows += member.rows
            all[last].bytesRaw += member.bytesRaw
        } else {
            let offset = all.last.map { $0.offset + $0.length } ?? 0
            all.append(
                MemberIndex.Member(
                    offset: offset, length: member.bytes.count, rows: member.rows, bytesRaw: member.bytesRaw))
        }
        isWithinRow = !member.endsRow
        if all.count > Self.most, !isWithinRow { mergeNeighbours() }
    }

    private mutating func mergeNeighbours() {
        all = stride(from: 0, to: all.count, by: 2).map { index in
            var member = all[index]
            if index + 1 < all.count {
                member.length += all[index + 1].length
                member.rows += all[index + 1].rows
                member.bytesRaw += all[index + 1].bytesRaw
            }
            return member
        }
    }
}
