import Archive

extension [MemberIndex.Member] {
    /// Beyond this, neighbours are merged: the index of a table of any size stays small.
    private static var most: Int { 4_096 }

    /// Adds the member that follows the last.
    mutating func append(length: Int, rows: Int, bytesRaw: Int) {
        let offset = last.map { $0.offset + $0.length } ?? 0
        append(MemberIndex.Member(offset: offset, length: length, rows: rows, bytesRaw: bytesRaw))
        if count > Self.most { mergeNeighbours() }
    }

    private mutating func mergeNeighbours() {
        self = stride(from: 0, to: count, by: 2).map { index in
            var member = self[index]
            if index + 1 < count {
                member.length += self[index + 1].length
                member.rows += self[index + 1].rows
                member.bytesRaw += self[index + 1].bytesRaw
            }
            return member
        }
    }
}
