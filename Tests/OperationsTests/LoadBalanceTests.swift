import Testing

@testable import Operations

/// Tables that one session loads, and tables that several share.
struct LoadBalanceTests {
    private struct Case {
        let sizes: [Int?]
        let sessions: Int
        let alone: [Bool]
    }

    private static let cases = [
        Case(sizes: [], sessions: 4, alone: []),
        Case(sizes: [100], sessions: 1, alone: [true]),
        // More than a session's part.
        Case(sizes: [100], sessions: 2, alone: [false]),
        Case(sizes: [90, 5, 5], sessions: 2, alone: [false, true, true]),
        Case(sizes: [50, 50], sessions: 2, alone: [true, true]),
        // The fifth would come to its end when three sessions have nothing left to do.
        Case(sizes: [20, 20, 20, 20, 20], sessions: 4, alone: [true, true, true, true, false]),
        Case(sizes: [30, 21, 17, 14, 11, 5, 2], sessions: 2, alone: [true, true, true, true, true, true, false]),
        Case(sizes: [nil, 25, 25, nil], sessions: 2, alone: [false, true, true, false]),
        Case(sizes: [1, 1, 1], sessions: 0, alone: [true, true, true]),
    ]

    @Test(arguments: cases.indices)
    func `no session is busy for longer than all are on average`(index: Int) {
        let example = Self.cases[index]
        let total = max(100, example.sizes.reduce(0) { $0 + ($1 ?? 0) })
        #expect(LoadBalance.alone(example.sizes, total: total, sessions: example.sessions) == example.alone)
    }
}
