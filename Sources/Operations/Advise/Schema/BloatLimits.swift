/// From when on air in a table or an index is worth a finding.
struct BloatLimits: Sendable {
    /// How many times larger than it need be.
    var leastRatio = 2.0
    var leastWastedBytes = 64 << 20
    /// What may be read of a relation to measure it, so that the statement stays well within its time.
    var mostPagesToMeasure = 32_768
    /// How many are measured in one run.
    var mostMeasured = 3
}

/// How much of a relation is air.
struct RelationBloat: Sendable, Equatable {
    var bytes: Int
    /// What it would take without the air.
    var leastBytes: Double

    var ratio: Double { leastBytes > 0 ? Double(bytes) / leastBytes : 1 }
    var wastedBytes: Int { max(0, bytes - Int(leastBytes)) }

    func isWorthAFinding(_ limits: BloatLimits) -> Bool {
        ratio >= limits.leastRatio && wastedBytes >= limits.leastWastedBytes
    }

    /// For a finding's evidence.
    var evidence: [String: EvidenceValue] {
        [
            "size_bytes": .integer(bytes), "wasted_bytes": .integer(wastedBytes),
            "times_as_large": .number((ratio * 10).rounded() / 10),
        ]
    }
}
