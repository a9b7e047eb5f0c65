import JobModel
import Postgres

/// Lets work that can wait go on only while the server has it easy, and remembers what it was held up by.
struct ThrottleGate: Sendable {
    /// What ends the work.
    enum Closed: Error {
        /// It was held up for longer than it may be, or something is critical. For people.
        case heldBack(String)
    }

    let session: Session
    /// Whose vacuuming counts, by oid.
    let tables: [UInt32]
    let limits: ThrottleLimits
    /// Between two looks; a look that finds nothing counts for as long.
    let pollInterval: Duration
    /// The longest pause at a stretch.
    let maxPause: Duration
    let reporter: any ProgressReporter

    private(set) var pauses: [ThrottlePause] = []
    private(set) var seesOthers = true
    private var lastFree: ContinuousClock.Instant?

    init(
        session: Session, tables: [UInt32], limits: ThrottleLimits, pollInterval: Duration, maxPause: Duration,
        reporter: any ProgressReporter
    ) {
        self.session = session
        self.tables = tables
        self.limits = limits
        self.pollInterval = pollInterval
        self.maxPause = maxPause
        self.reporter = reporter
    }

    /// Returns when the work may go on. Throws ``Closed`` where it may not.
    mutating func pass() async throws {
        let beginning = ContinuousClock.now
        if let lastFree, beginning - lastFree < pollInterval { return }
        var reasons: [String] = []
        while true {
            let watch = Stopwatch()
            let decision = try await look()
            switch decision {
            case .proceed:
                if !reasons.isEmpty { reporter.report(.note("going on")) }
                lastFree = .now
                return
            case .abort(let reasons): throw Closed.heldBack(reasons.joined(separator: "; "))
            case .pause(let current):
                if reasons.isEmpty { reporter.report(.note("waiting: \(current.joined(separator: "; "))")) }
                reasons = current
            }
            guard ContinuousClock.now - beginning < maxPause else {
                throw Closed.heldBack(
                    "after waiting for \(maxPause.components.seconds) s: \(reasons.joined(separator: "; "))")
            }
            try await Task.sleep(for: pollInterval)
            remember(reasons, watch.seconds)
        }
    }

    /// What the server allows at this moment.
    mutating func look() async throws -> ThrottleDecision {
        let facts = try await ThrottleFacts.gather(on: session, tables: tables)
        if !facts.seesOthers, seesOthers {
            seesOthers = false
            reporter.report(
                .warning(
                    "this role does not see what others do, so nothing is held back for backups, locks or standbys: "
                        + "GRANT pg_monitor TO it"))
        }
        return limits.decide(facts)
    }

    /// Numbers in the reasons change from look to look: they are one pause for all that.
    private mutating func remember(_ reasons: [String], _ seconds: Double) {
        let reason = reasons.joined(separator: "; ")
        let kind = Self.withoutNumbers(reason)
        if let index = pauses.firstIndex(where: { Self.withoutNumbers($0.reason) == kind }) {
            pauses[index].seconds += seconds
        } else {
            pauses.append(ThrottlePause(reason: reason, seconds: seconds))
        }
    }

    private static func withoutNumbers(_ text: String) -> String { text.filter { !$0.isNumber && $0 != "." } }
}
