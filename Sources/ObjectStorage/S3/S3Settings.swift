package import JobModel

/// How an S3 store works; the defaults serve.
package struct S3Settings: Sendable {
    /// Sizes of parts; a writer fills one of them at a time.
    package var partPlan: PartPlan
    /// Bytes of parts that are on their way at the same time, of all writers of a store together: its memory is one part
    /// per writer, and these. A part that is larger goes alone. Default: 32 MiB.
    package var bytesUnderWay: Int
    /// Bytes per ranged GET. Default: 2 MiB.
    package var readSizeInBytes: Int
    /// GETs that are under way while the bytes before are used: a reader's memory is one more of them. Default: 3.
    package var readsAhead: Int
    package var retry: RetryPolicy
    /// How long nothing may move. Default: 60 s.
    package var stallTimeout: Duration
    /// The same while a store puts the parts together. Default: 5 min.
    package var completionTimeout: Duration

    package init(
        partPlan: PartPlan = PartPlan(), bytesUnderWay: Int = 32 << 20, readSizeInBytes: Int = 2 << 20,
        readsAhead: Int = 3, retry: RetryPolicy = RetryPolicy(), stallTimeout: Duration = .seconds(60),
        completionTimeout: Duration = .seconds(300)
    ) {
        self.partPlan = partPlan
        self.bytesUnderWay = bytesUnderWay
        self.readSizeInBytes = readSizeInBytes
        self.readsAhead = readsAhead
        self.retry = retry
        self.stallTimeout = stallTimeout
        self.completionTimeout = completionTimeout
    }

    /// These, with what `uploads` says.
    func with(_ uploads: S3UploadSettings) -> S3Settings {
        var settings = self
        settings.partPlan = PartPlan(
            firstPartSizeInBytes: uploads.partSizeInMebibytes.map { $0 << 20 } ?? partPlan.firstPartSizeInBytes,
            maximumParts: uploads.maximumParts ?? partPlan.maximumParts)
        if let inFlight = uploads.inFlightInMebibytes { settings.bytesUnderWay = inFlight << 20 }
        return settings
    }
}

/// Time and chance, handed in so that tests neither wait nor guess.
package struct S3Surroundings: Sendable {
    /// Requests are signed by this clock, corrected by what the store's answers say.
    package var clock: any WallClock
    /// Throws `CancellationError` where the task is cancelled.
    package var sleep: @Sendable (Duration) async throws -> Void
    /// From 0 to 1.
    package var jitter: @Sendable () -> Double

    package init(
        clock: any WallClock = SystemWallClock(),
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        jitter: @escaping @Sendable () -> Double = { Double.random(in: 0...1) }
    ) {
        self.clock = clock
        self.sleep = sleep
        self.jitter = jitter
    }
}
