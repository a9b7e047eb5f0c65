/// How objects go up to an S3 store; nil leaves it to the store's own defaults.
package struct S3UploadSettings: Hashable, Sendable {
    /// Of the first parts of an upload; later ones are larger where an object is. Default: 8 MiB.
    package var partSizeInMebibytes: Int?
    /// The number of parts that the store allows in one upload. Default: 10,000, as S3 does; some allow 1,000.
    package var maximumParts: Int?
    /// How much of parts may be on its way at the same time, of all workers together. Default: 32 MiB.
    package var inFlightInMebibytes: Int?

    package init() {}
}
