extension PostgresVersion {
    /// Whether this minor release came out before `other`; nil where that cannot be told from the numbers.
    ///
    /// Since November 2022 the project has released minor versions of all its major versions on the same days, so the
    /// minors of two majors that came out together differ by a constant, and the comparison needs no table of dates:
    /// 14.20, 15.15, 16.11, 17.7 and 18.1 are of 13 November 2025, 14.22, 15.17, 16.13, 17.9 and 18.3 of 26 February
    /// 2026. A number that a major version skips shifts its constant: there is no 18.5, so 18.6 came with 15.19 and
    /// 17.11, on 13 August 2026. A major version that is not known here is compared only with itself.
    /// Source: postgresql.org, "Release Notes" and the announcements of these days.
    package func wasReleasedBefore(_ other: PostgresVersion) -> Bool? {
        if major == other.major { return self < other }
        guard let round = releaseRound, let otherRound = other.releaseRound else { return nil }
        return round < otherRound
    }

    /// What to add to a minor number for the count of common release days, from that minor on.
    private static let roundOffsets: [(major: Int, fromMinor: Int, offset: Int)] = [
        (13, 9, -3), (14, 6, 0), (15, 1, 5), (16, 1, 9), (17, 1, 13), (18, 1, 19), (18, 6, 18),
    ]

    /// Counts the common release days; 6 is that of 10 November 2022. Nil before, and for a major version not known here.
    package var releaseRound: Int? {
        Self.roundOffsets.last { $0.major == major && $0.fromMinor <= minor }.map { minor + $0.offset }
    }
}
