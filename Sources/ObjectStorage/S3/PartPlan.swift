/// How large each part of a multipart upload is, when nobody knows how large the object will be.
///
/// Parts begin small, so that memory stays small, and double in size after each tenth of the parts that a store
/// allows: with 8 MiB and 10,000 parts an object may reach 7.99 TiB, more than the 5 TiB of S3. Up to 8 GB all parts
/// have one size, as some stores demand.
/// Source: "Amazon S3 multipart upload limits" (10,000 parts, 5 MiB to 5 GiB each, 5 TiB in all).
package struct PartPlan: Hashable, Sendable {
    package let firstPartSizeInBytes: Int
    /// The number of parts that the store allows in one upload.
    package let maximumParts: Int

    package static let smallestPartSizeInBytes = 5 << 20
    package static let largestPartSizeInBytes = 5 << 30

    /// Sizes below 5 MiB are raised to it. Defaults: 8 MiB and 10,000 parts; some stores allow 1,000.
    package init(firstPartSizeInBytes: Int = 8 << 20, maximumParts: Int = 10_000) {
        self.firstPartSizeInBytes = min(
            max(firstPartSizeInBytes, Self.smallestPartSizeInBytes), Self.largestPartSizeInBytes)
        self.maximumParts = max(1, maximumParts)
    }

    /// The size of part `number`, which counts from 1; nil beyond ``maximumParts``.
    package func sizeInBytes(ofPart number: Int) -> Int? {
        guard (1...maximumParts).contains(number) else { return nil }
        let doublings = (number - 1) / max(1, maximumParts / 10)
        return min(firstPartSizeInBytes << min(doublings, 10), Self.largestPartSizeInBytes)
    }

    /// The size of the largest object that fits.
    package var largestObjectSizeInBytes: Int {
        (1...maximumParts).reduce(0) { $0 + (sizeInBytes(ofPart: $1) ?? 0) }
    }
}
