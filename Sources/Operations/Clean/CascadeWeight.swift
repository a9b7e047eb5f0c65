/// How many rows of other tables one row takes along, in one transaction: what no size of a batch can bound.
struct CascadeWeight: Sendable {
    /// So many rows are written in a second or so; beyond it, one row's deletion holds locks and writes WAL at a stretch
    /// as no batch would.
    static let mostRows = 100_000.0
    /// What a first batch may come to: with all its rows, on average, and with some of the heaviest.
    private static let firstBatchRows = 2_000.0
    private static let firstHeavyRows = 20_000.0

    private let references: [CleanFacts.Reference]
    /// Of each of the references, in their order; nil where it is not known.
    let most: [Double?]

    init(_ references: [CleanFacts.Reference]) {
        self.references = references
        most = Self.most(references)
    }

    /// The most rows of one child; 0 without any.
    var heaviest: Double { most.compactMap { $0 }.max() ?? 0 }

    /// Rows that go or change with one, on average; those that refer to these are not counted.
    var average: Double {
        references.filter(\.action.changesRows).compactMap(\.rowsPerRow).reduce(0, +)
    }

    /// As many rows as a first batch may take on, at most `usual`.
    func firstBatch(usual: Int) -> Int {
        let rows = min(Double(usual), Self.firstBatchRows / (1 + average), Self.firstHeavyRows / max(heaviest, 1))
        return max(Int(rows), 1)
    }

    /// With the rows of a child go those that refer to it: as many as belong to one of them, or as many as belong to
    /// all of them on average. A child is reached by way of others, so it takes a few rounds; circles come to an end
    /// because no table has more rows than it has.
    private static func most(_ references: [CleanFacts.Reference]) -> [Double?] {
        var most = references.map { $0.action.changesRows ? $0.mostRowsPerRow : 0 }
        for _ in references {
            for (position, reference) in references.enumerated() where reference.action.changesRows {
                guard reference.depth > 1, let own = reference.mostRowsPerRow, let rows = reference.rows else {
                    continue
                }
                let above = references.indices.filter {
                    references[$0].oid == reference.referenced && references[$0].action == .cascade
                }
                let carried = above.compactMap { index -> Double? in
                    guard let parents = references[index].rows, let gone = most[index] else { return nil }
                    return gone * Double(rows) / Double(max(parents, 1))
                }.reduce(0, +)
                most[position] = min(max(own, carried), Double(rows))
            }
        }
        return most
    }
}
