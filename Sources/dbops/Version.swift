import JobModel

/// The version of this dbops.
enum Version {
    static let text = "0.1.0"

    /// When it was made: a clock that says less is wrong. 2026-11-01T00:00:00Z
    static let madeAt = CivilTime(secondsSinceEpoch: 1_793_491_200)
}
