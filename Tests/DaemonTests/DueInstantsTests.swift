import JobModel
import TestSupport
import Testing

@testable import Daemon

@Suite struct DueInstantsTests {
    @Test(arguments: [(0, 0), (0, 3), (1, 0), (5, 3), (500, 0), (500, 1), (500, 24), (500, 1_000)])
    func `keeps what is in time and the newest of what was missed`(missed: Int, kept: Int) {
        var found = DueInstants(since: .example(missed), andMissed: kept)
        for second in 0..<missed + 7 { found.add(.example(second)) }
        found.dropExcess()
        let first = max(0, missed - kept)
        #expect(found.instants == (first..<missed + 7).map { .example($0) })
        #expect(found.passedOver == first)
        #expect(found.passedOverThrough == (first > 0 ? .example(first - 1) : nil))
    }

    @Test func `holds few at any time`() {
        var found = DueInstants(since: .example(1_000_000), andMissed: 24)
        for second in 0..<10_000 {
            found.add(.example(second))
            #expect(found.instants.count < 200)
        }
    }
}
