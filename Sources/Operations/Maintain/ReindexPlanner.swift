import JobModel
import Postgres

/// Decides which indexes are rebuilt: facts in, steps out.
struct ReindexPlanner: Sendable {
    let job: MaintainJob
    /// As servers number themselves.
    let serverVersion: Int

    /// An index is bloated where it is larger than it need be by more than this.
    static let leastRatio = 2.0

    /// Why this server is refused as a whole; nil where it is not.
    ///
    /// Source: release notes of 14.4: CREATE INDEX and REINDEX CONCURRENTLY could corrupt indexes.
    var refusal: String? {
        (140_000..<140_004).contains(serverVersion)
            ? "REINDEX CONCURRENTLY of PostgreSQL 14.0 to 14.3 can corrupt indexes: update to 14.4 or newer" : nil
    }

    /// What could be bloated by its baseline, the most wasteful first.
    func suspects(_ indexes: [IndexFacts], _ baselines: IndexBaselines) -> [IndexBloat] {
        candidates(indexes).compactMap { index in
            guard index.rows > 0, let baseline = baselines.baseline(of: index) else { return nil }
            let least = baseline.bytesPerRow * index.rows
            return bloat(of: index, leastBytes: least, .baseline)
        }.sorted { $0.wastedBytes > $1.wastedBytes }
    }

    /// What nothing is known of, and is large enough to be worth a look, the largest first.
    func unknowns(_ indexes: [IndexFacts], _ baselines: IndexBaselines) -> [IndexFacts] {
        candidates(indexes).filter { baselines.baseline(of: $0) == nil && $0.bytes > leastWaste }
            .sorted { $0.bytes > $1.bytes }
    }

    /// What a measurement says; nil where the index is no larger than it may be.
    func measured(_ index: IndexFacts, _ fill: IndexFill) -> IndexBloat? {
        bloat(of: index, leastBytes: fill.leastBytes(fillFactor: index.fillFactor), .measured)
    }

    private var leastWaste: Int { job.reindexMinWasteInMiB << 20 }

    private func candidates(_ indexes: [IndexFacts]) -> [IndexFacts] {
        indexes.filter { $0.isValid && !$0.isExclusion && job.covers($0.tableName) }
    }

    private func bloat(of index: IndexFacts, leastBytes: Double, _ confidence: BloatConfidence) -> IndexBloat? {
        guard leastBytes > 0 else { return nil }
        let ratio = Double(index.bytes) / leastBytes
        let wasted = index.bytes - Int(leastBytes)
        guard ratio > Self.leastRatio, wasted >= leastWaste else { return nil }
        return IndexBloat(index: index, ratio: ratio, wastedBytes: wasted, confidence: confidence)
    }

    // MARK: - The plan

    /// Adds the rebuilds to a plan, the smallest first, and what of them is left alone.
    func add(_ bloated: [IndexBloat], busy: [UInt32: String], to plan: inout MaintainPlan) {
        var left = job.reindexLimitInMiB << 20
        for bloat in bloated.sorted(by: { $0.index.bytes < $1.index.bytes }) {
            let index = bloat.index
            if let who = busy[index.table] {
                plan.passedOver.append(
                    .init(
                        object: index.name, cause: .busy, text: "\(bloat.text); but \(who) works on its table already"))
            } else if index.bytes > left {
                plan.passedOver.append(
                    .init(
                        object: index.name, cause: .limit,
                        text: "\(bloat.text); but more than \(job.reindexLimitInMiB) MiB would be rebuilt in one run"))
            } else {
                left -= index.bytes
                plan.steps.append(step(bloat))
            }
        }
    }

    private func step(_ bloat: IndexBloat) -> MaintainStep {
        MaintainStep(
            action: .reindex, object: bloat.index.name, relations: [bloat.index.table],
            statement: MaintainStatement(serverVersion: serverVersion).reindex(bloat.index.name), reasons: [bloat.text],
            sizeInBytes: bloat.index.bytes)
    }
}
