import JobModel
import Testing

@testable import Operations

@Suite struct BlockRangeTests {
    @Test(arguments: [0, 1, 2, 7, 8, 63, 1_000, 655_360])
    func `every block is in one range, and the last is open`(blocks: Int) {
        for size in [0, 1, 8_192, 100_000, 5 << 20, 5 << 30] {
            let ranges = BlockRange.covering(blocks: blocks, sizeInBytes: size, targetSizeInBytes: 1 << 20)
            #expect(ranges.first?.lower == nil)
            #expect(ranges.last?.upper == nil)
            for (range, next) in zip(ranges, ranges.dropFirst()) {
                #expect(range.upper == next.lower)
                #expect(range.upper != nil)
            }
            let bounds = ranges.compactMap(\.upper)
            #expect(bounds == bounds.sorted() && Set(bounds).count == bounds.count)
            #expect(bounds.allSatisfy { (0...blocks).contains($0) })
        }
    }

    @Test func `is as many ranges as the size asks for, TOAST included`() {
        func count(_ blocks: Int, _ size: Int) -> Int {
            BlockRange.covering(blocks: blocks, sizeInBytes: size, targetSizeInBytes: 64 << 20).count
        }
        #expect(count(8_192, 64 << 20) == 1)
        #expect(count(8_192, (128 << 20) - 1) == 1)
        #expect(count(16_384, 128 << 20) == 2)
        #expect(count(100, 640 << 20) == 10)
        #expect(count(3, 640 << 20) == 3)
    }

    @Test func `bounds are those of ctid`() {
        #expect(BlockRange(lower: nil, upper: 5).condition == "WHERE ctid < '(5,0)'")
        #expect(BlockRange(lower: 5, upper: 9).condition == "WHERE ctid >= '(5,0)' AND ctid < '(9,0)'")
        #expect(BlockRange(lower: 9, upper: nil).condition == "WHERE ctid >= '(9,0)'")
        #expect(BlockRange.wholeTable.condition == "")
    }
}
