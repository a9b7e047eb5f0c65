/// How large each part of a multipart upload is.
///
/// Where nobody knows how large the object will be, parts begin small, so that memory stays small, and double in size
/// after each tenth of the parts that a store allows: with 8 MiB and 10,000 parts an object may reach 7.99 TiB, more than
/// the 5 TiB of S3. Up to 8 GB all parts have one size, as some stores demand. ``expecting(_:)`` keeps one size for
/// longer.
/// Source: "Amazon S3 multipart upload limits" (10,000 parts, 5 MiB to 5 GiB each, 5 TiB in all).
package struct PartPlan: Hashable, Sendable {
    package let firstPartSizeInBytes: Int
    /// The number of parts that the store allows in one upload.
    package let maximumParts: Int
    /// How many parts have the first one's size, and how many each size after.
    private let steadyParts: Int
    private let doublingInterval: Int

    package static let smallestPartSizeInBytes = 5 << 20
    package static let largestPartSizeInBytes = 5 << 30

    /// Sizes below 5 MiB are raised to it. Defaults: 8 MiB and 10,000 parts; some stores allow 1,000.
    package init(firstPartSizeInBytes: Int = 8 << 20, maximumParts: Int = 10_000) {
        self.firstPartSizeInBytes = min(
            max(firstPartSizeInBytes, Self.smallestPartSizeInBytes), Self.largestPartSizeInBytes)
        self.maximumParts = max(1, maximumParts)
        doublingInterval = max(1, self.maximumParts / 10)
        steadyParts = doublingInterval
    }

    private init(firstPartSizeInBytes: Int, maximumParts: Int, steadyParts: Int, doublingInterval: Int) {
        self.firstPartSizeInBytes = firstPartSizeInBytes
        self.maximumParts = maximumParts
        self.steadyParts = steadyParts
        self.doublingInterval = doublingInterval
    }

    /// The plan for an object of about `sizeInBytes`: parts of one size, of which it takes at most eight tenths of those
    /// that the store allows. One that becomes larger all the same fits nevertheless: its parts double soon.
    package func expecting(_ sizeInBytes: Int) -> PartPlan {
        guard sizeInBytes > firstPartSizeInBytes * steadyParts, maximumParts >= 10 else { return self }
        let steadyParts = maximumParts / 10 * 8
        let mebibyte = 1 << 20
        let needed = (sizeInBytes / steadyParts / mebibyte + 1) * mebibyte
        return PartPlan(
            firstPartSizeInBytes: min(max(firstPartSizeInBytes, needed), Self.largestPartSizeInBytes),
            maximumParts: maximumParts, steadyParts: steadyParts, doublingInterval: max(1, maximumParts / 50))
    }

    /// The size of part `number`, which counts from 1; nil beyond ``maximumParts``.
    package func sizeInBytes(ofPart number: Int) -> Int? {
        guard (1...maximumParts).contains(number) else { return nil }
        let doublings = number <= steadyParts ? 0 : 1 + (number - 1 - steadyParts) / doublingInterval
        return min(firstPartSizeInBytes << min(doublings, 10), Self.largestPartSizeInBytes)
    }

    /// The size of the largest object that fits.
    package var largestObjectSizeInBytes: Int {
        (1...maximumParts).reduce(0) { $0 + (sizeInBytes(ofPart: $1) ?? 0) }
    }
}
