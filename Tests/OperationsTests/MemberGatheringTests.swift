import Archive
import Testing

@testable import Operations

@Suite struct MemberGatheringTests {
    private func member(_ length: Int, rows: Int, endsRow: Bool = true) -> TableDump.Member {
        TableDump.Member(
            bytes: [UInt8](repeating: 0, count: length), rows: rows, bytesRaw: 10 * length, endsRow: endsRow)
    }

    @Test func `members follow one another`() {
        var members = MemberGathering()
        members.append(member(3, rows: 2))
        members.append(member(4, rows: 5))
        #expect(
            members.all == [
                MemberIndex.Member(offset: 0, length: 3, rows: 2, bytesRaw: 30),
                MemberIndex.Member(offset: 3, length: 4, rows: 5, bytesRaw: 40),
            ])
    }

    @Test func `those of one row are one, so that each begins with a row`() {
        var members = MemberGathering()
        members.append(member(1, rows: 3))
        for _ in 0..<5 { members.append(member(2, rows: 0, endsRow: false)) }
        members.append(member(2, rows: 1))
        members.append(member(7, rows: 4))
        #expect(members.all.map(\.length) == [1, 12, 7])
        #expect(members.all.map(\.rows) == [3, 1, 4])
        #expect(members.all.map(\.offset) == [0, 1, 13])
    }

    @Test func `neighbours are merged where there are many, and nothing is lost`() {
        var members = MemberGathering()
        for number in 0..<10_000 { members.append(member(1, rows: number % 3, endsRow: number % 3 != 1)) }
        members.append(member(1, rows: 0))
        #expect(members.all.count <= 4_096)
        #expect(members.all.reduce(0) { $0 + $1.length } == 10_001)
        #expect(members.all.reduce(0) { $0 + $1.rows } == (0..<10_000).reduce(0) { $0 + $1 % 3 })
    }
}
