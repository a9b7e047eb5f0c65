import Operations
import Testing

@Suite struct `the size of batches` {
    private func sizer(_ start: Int = 1_000) -> BatchSizer {
        BatchSizer(start: start, bounds: 100...10_000, target: .milliseconds(100))
    }

    @Test(arguments: [
        (1_000, 201, true, 500), (1_000, 200, true, 1_000), (1_000, 50, true, 1_000), (1_000, 49, true, 1_200),
        (1_000, 49, false, 1_000), (1_000, 201, false, 500), (150, 500, true, 100), (9_000, 1, true, 10_000),
        (101, 1, true, 121), (5, 60, true, 100), (20_000, 60, true, 10_000),
    ])
    func `follows the time that one took`(start: Int, milliseconds: Int, wasFull: Bool, expected: Int) {
        var sizer = sizer(start)
        sizer.record(.milliseconds(milliseconds), wasFull: wasFull)
        #expect(sizer.size == expected)
    }

    @Test func `settles where a row takes a certain time`() {
        var sizer = sizer(100)
        for _ in 0..<100 { sizer.record(.microseconds(50 * sizer.size), wasFull: true) }
        #expect((1_000...4_000).contains(sizer.size))
        for _ in 0..<100 { sizer.record(.microseconds(500 * sizer.size), wasFull: true) }
        #expect((100...400).contains(sizer.size))
    }

    @Test func `halves after a batch that was broken off`() {
        var sizer = sizer(300)
        sizer.halve()
        #expect(sizer.size == 150)
        sizer.halve()
        #expect(sizer.size == 100)
    }
}
