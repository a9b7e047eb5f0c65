/// How full a B-tree is, as `pgstatindex` has read it.
struct IndexFill: Sendable, Equatable {
    /// Of the leaves that hold anything, in percent; NaN where there is none.
    var leafDensity: Double
    var leafPages: Int
    var innerPages: Int
    var pageSize: Int

    /// How much an index of this fill factor would need if it were built now: pages that are empty, or deleted and not
    /// used again yet, are none of it.
    func leastBytes(fillFactor: Double) -> Double {
        let density = leafDensity.isNaN ? 0 : min(leafDensity / fillFactor, 1)
        // The page that tells of the tree, and one leaf, every index has.
        return (Double(leafPages) * density + Double(innerPages) + 2) * Double(pageSize)
    }
}
