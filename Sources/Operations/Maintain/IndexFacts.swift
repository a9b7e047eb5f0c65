import JobModel
import Postgres

/// What the catalogue says about one index of a user's table.
struct IndexFacts: Sendable, Equatable {
    var id: UInt32
    var table: UInt32
    var name: SQLIdentifier
    var tableName: SQLIdentifier
    /// `btree`, `gin`, …
    var method: String
    var isValid = true
    /// Of an exclusion constraint, which REINDEX CONCURRENTLY cannot do.
    var isExclusion = false
    var bytes: Int
    /// The entries as VACUUM and ANALYZE last counted them; below zero where they never did.
    var rows: Double
    /// Of the index's definition without its name: what has another one is another index.
    var definitionMD5: String
    /// In percent; 90 where nothing else is said, for B-trees.
    var fillFactor = 90.0
    /// Whether our role may rebuild it.
    var isPermitted = true
}

/// How well it is known that an index is bloated.
enum BloatConfidence: String, Sendable, Codable {
    /// Every page was read.
    case measured
    /// Against what the same index has needed for a row before.
    case baseline
    /// Nothing to compare with.
    case unknown
}

/// How much of an index is air.
struct IndexBloat: Sendable, Equatable {
    var index: IndexFacts
    /// How many times larger it is than it need be.
    var ratio: Double
    var wastedBytes: Int
    var confidence: BloatConfidence

    /// For people.
    var text: String {
        let times = "\(Int((ratio * 10).rounded()) / 10).\(Int((ratio * 10).rounded()) % 10)"
        return "it is \(times) times as large as it need be: \(Quantities.bytes(wastedBytes)) of "
            + "\(Quantities.bytes(index.bytes)) are wasted (\(confidence.rawValue))"
    }
}
