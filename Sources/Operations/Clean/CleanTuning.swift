/// How a clean-up goes about its work: what operators do not choose.
package struct CleanTuning: Sendable {
    /// How long one batch should take. Default: 10 ms: about as long as others wait for a CPU that a batch has.
    package var batchTime: Duration = .milliseconds(10)
    /// Rows of a batch. Default: 20 to 10,000, beginning with 200.
    package var batchRows = 20...10_000
    package var firstBatchRows = 200
    /// Blocks of the first batch where no index leads to the rows. Default: 64.
    package var firstBatchBlocks = 64
    /// A batch that waits longer for a lock is tried anew. Default: 500 ms.
    package var lockTimeout: Duration = .milliseconds(500)
    /// The same for a batch that takes longer. Default: 10 s.
    package var batchTimeout: Duration = .seconds(10)
    /// How long rows may be counted. Default: 60 s.
    package var countTimeout: Duration = .seconds(60)
    /// How long the rows of a partition that is to be dropped may be counted. Default: 10 min.
    package var partitionCountTimeout: Duration = .seconds(600)
    /// How long the sessions that use a partition are waited for. Default: 60 s.
    package var detachTimeout: Duration = .seconds(60)
    /// Before a batch that failed is tried again, at most three times; doubled each time. Default: 250 ms.
    package var retryDelay: Duration = .milliseconds(250)
    /// How often it is looked how hard the server has it, and how far the run has come is written down. Default: 1 s.
    package var pollInterval: Duration = .seconds(1)
    /// The shortest rest after a batch. Default: 10 ms.
    package var leastRest: Duration = .milliseconds(10)
    package var limits = ThrottleLimits()

    package init() {}

    /// Where many rows of others go with each, batches begin with fewer, and may be as small.
    func beginning(with plan: CleanPlan) -> CleanTuning {
        guard plan.firstBatchRows < Self().firstBatchRows else { return self }
        var tuning = self
        tuning.firstBatchRows = min(firstBatchRows, plan.firstBatchRows)
        tuning.batchRows = min(batchRows.lowerBound, tuning.firstBatchRows)...batchRows.upperBound
        // A block holds some dozens of rows.
        tuning.firstBatchBlocks = min(firstBatchBlocks, max(tuning.firstBatchRows / 32, 1))
        return tuning
    }
}
