import Testing

@testable import JobModel

struct BackupWeightTests {
    private func sizes(_ rows: Int...) -> [BackupSize] { rows.map { BackupSize(rows: $0, bytesRaw: 10 * $0) } }

    private func weighed(
        _ rows: [Int], limit: Double = 0.5, _ change: (Int, inout RetentionFacts) -> Void = { _, _ in }
    ) -> [RetentionFacts] {
        let facts = rows.enumerated().map { index, rows in
            RetentionFacts.good(at: CivilTime.at("2026-01-01").advanced(by: 86_400 * index)) {
                $0.size = BackupSize(rows: rows, bytesRaw: 10 * rows)
                $0.weight = nil
                change(index, &$0)
            }
        }
        return RetentionFacts.weighed(facts.shuffled(), now: .at("2027-01-01"), limit: limit)
    }

    @Test func `a fall beyond the limit against the median is told, and one of just the limit is not`() {
        let weight = BackupWeight(after: sizes(900, 1_000, 5_000), limit: 0.5)
        #expect(weight.shrinkage(of: sizes(500)[0]) == nil)
        #expect(weight.shrinkage(of: sizes(499)[0])?.text == "rows fell by 50 %")
        #expect(weight.shrinkage(of: sizes(0)[0])?.text == "rows fell by 100 %")
        #expect(weight.shrinkage(of: sizes(9_000)[0]) == nil)
    }

    @Test func `rows and bytes are looked at each by itself`() {
        let weight = BackupWeight(after: [BackupSize(rows: 100, bytesRaw: 1_000_000)], limit: 0.5)
        #expect(weight.shrinkage(of: BackupSize(rows: 100, bytesRaw: 200_000))?.text == "bytes fell by 80 %")
        #expect(weight.shrinkage(of: BackupSize(rows: 10, bytesRaw: 900_000))?.text == "rows fell by 90 %")
    }

    @Test func `a first backup, and one after empty ones, is as it is`() {
        #expect(BackupWeight(after: [], limit: 0.5).shrinkage(of: sizes(0)[0]) == nil)
        #expect(BackupWeight(after: sizes(0, 0), limit: 0.5).shrinkage(of: sizes(0)[0]) == nil)
    }

    @Test func `only the newest seven are compared with`() {
        #expect(BackupWeight(after: sizes(9, 9, 9, 9, 9, 9, 9, 9, 1, 1, 1, 1, 1, 1, 1), limit: 0.5).usual?.rows == 1)
    }

    @Test func `seven emptied backups in a row are kept apart, one like the other`() {
        let facts = weighed([100, 100, 100] + Array(repeating: 3, count: 7) + [100])
        #expect(
            facts.map { $0.shrinkage != nil } == [false, false, false] + Array(repeating: true, count: 7) + [false])
    }

    @Test func `accepting one makes its size the usual one for those that follow`() {
        let facts = weighed([100, 100, 100, 3, 3, 3, 1]) { index, facts in facts.isAccepted = index == 4 }
        #expect(facts.map { $0.shrinkage != nil } == [false, false, false, true, false, false, true])
    }

    @Test func `one that failed, is of another system or lies in the future is no measure`() {
        let facts = weighed([100, 9_000, 9_000, 60]) { index, facts in
            if index == 1 { facts.proof = .failed }
            if index == 2 { facts.obstacle = .otherSystem("1") }
        }
        #expect(facts.last?.weight?.usual?.rows == 100)
        #expect(facts[1].weight == nil && facts[2].weight == nil)
    }

    @Test func `a weight once recorded stays what it is`() {
        let facts = weighed([100, 10]) { index, facts in
            if index == 1 { facts.weight = BackupWeight(usual: nil, limit: 0.5) }
        }
        #expect(facts.last?.shrinkage == nil)
    }

    @Test func `a limit of one never keeps a backup apart`() {
        #expect(weighed([100, 0], limit: 1).allSatisfy { $0.shrinkage == nil })
    }
}
