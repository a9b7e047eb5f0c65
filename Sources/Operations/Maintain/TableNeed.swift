import JobModel

/// What one table needs, and why.
struct TableNeed: Sendable, Equatable {
    struct Vacuum: Sendable, Equatable {
        enum Urgency: Int, Sendable {
            case emergency
            case freezing
            case ordinary
        }

        var urgency = Urgency.ordinary
        /// The largest of what was counted by its limit.
        var score = 0.0
        var reasons: [String] = []
        /// Whether there is no other reason than dead rows, so that it is of no use while they cannot be removed.
        var isForDeadRowsOnly = true
        /// Whether only the TOAST table needs it.
        var isToastOnly = true
        /// What is to come of it, where it is its age that needs it.
        var goals: [FreezeGoal] = []
    }

    struct Analyze: Sendable, Equatable {
        var score = 0.0
        var reason: String
        /// Without any statistics the planner guesses.
        var isMissing = false
    }

    var vacuum: Vacuum?
    var analyze: Analyze?
}

extension TableNeed.Vacuum {
    /// An age, and the ages at which something is done about it.
    private struct Age {
        let noun: String
        let age: Double
        let freezeAge: Double
        let failsafeAge: Double

        init(_ noun: String, _ age: Double, _ freezeAge: Double, _ failsafeAge: Double) {
            (self.noun, self.age, self.freezeAge, self.failsafeAge) = (noun, age, freezeAge, failsafeAge)
        }

        /// At 80 % of the age at which autovacuum must freeze, it is done in a quiet hour before.
        var due: Double { 0.8 * freezeAge }
        var isDue: Bool { age > due }
        /// At 95 % of the age at which VACUUM itself drops all else.
        var isEmergency: Bool { age > 0.95 * failsafeAge }
    }

    /// Nil where neither the table nor its TOAST table needs it.
    init?(_ table: TableFacts, server: AutovacuumSettings) {
        let own = server.applying(table.heap.options)
        add(table.heap, own, isToast: false)
        if let toast = table.toast {
            // A TOAST table without parameters of its own goes by those of its table, as autovacuum has it.
            add(toast, toast.options.isEmpty ? own : server.applying(toast.options), isToast: true)
        }
        if reasons.isEmpty, table.serverSaysVacuum {
            add("autovacuum's own score says that it needs it", 1)
            isForDeadRowsOnly = false
            isToastOnly = false
        }
        if reasons.isEmpty { return nil }
    }

    private mutating func add(_ heap: TableFacts.Heap, _ settings: AutovacuumSettings, isToast: Bool) {
        let place = isToast ? " in its TOAST table" : ""
        addAges(heap, settings, isToast, place)
        let dead = settings.deadRowLimit(rows: heap.rows)
        if heap.deadRows > dead {
            add("\(Self.count(heap.deadRows)) dead rows\(place), more than \(Self.count(dead))", heap.deadRows / dead)
            if !isToast { isToastOnly = false }
        }
        guard let inserted = settings.insertedRowLimit(rows: heap.rows, unfrozen: heap.unfrozenPart) else { return }
        if heap.insertedRows > inserted {
            add(
                "\(Self.count(heap.insertedRows)) rows inserted\(place), more than \(Self.count(inserted))",
                heap.insertedRows / inserted)
            isForDeadRowsOnly = false
            if !isToast { isToastOnly = false }
        }
    }

    private mutating func addAges(
        _ heap: TableFacts.Heap, _ settings: AutovacuumSettings, _ isToast: Bool, _ place: String
    ) {
        var goal = FreezeGoal(relation: heap.id)
        let xids = Age("transactions", heap.xidAge, settings.freezeMaxAge, settings.effectiveFailsafeAge)
        let multixacts = Age(
            "multixacts", heap.multixactAge, settings.multixactFreezeMaxAge, settings.effectiveMultixactFailsafeAge)
        if xids.isDue { goal.mostTransactions = xids.due }
        if multixacts.isDue { goal.mostMultixacts = multixacts.due }
        for age in [xids, multixacts] where age.isDue { add(age, place) }
        guard xids.isDue || multixacts.isDue else { return }
        goals.append(goal)
        isForDeadRowsOnly = false
        if !isToast { isToastOnly = false }
    }

    private mutating func add(_ age: Age, _ place: String) {
        add(
            "\(Self.count(age.age)) \(age.noun) old\(place); autovacuum must freeze at \(Self.count(age.freezeAge))"
                + (age.isEmergency ? ", and wraparound is near" : ""), age.age / age.freezeAge)
        let found: Urgency = age.isEmergency ? .emergency : .freezing
        if found.rawValue < urgency.rawValue { urgency = found }
    }

    private mutating func add(_ reason: String, _ score: Double) {
        reasons.append(reason)
        self.score = max(self.score, score)
    }

    fileprivate static func count(_ value: Double) -> String { Quantities.count(Int(value.rounded())) }
}

extension TableNeed.Analyze {
    /// Nil where the statistics are good enough; `leaves` are the tables below, for what inherits.
    init?(_ table: TableFacts, leaves: [TableFacts], server: AutovacuumSettings) {
        let rows = leaves.reduce(max(table.heap.rows, 0)) { $0 + max($1.heap.rows, 0) }
        if !table.hasStatistics, table.analyzedAt == nil, !table.isSystem,
            rows > 0 || table.heap.pages > 0 || table.modifiedRows > 0
        {
            self.init(score: .infinity, reason: "it has no statistics", isMissing: true)
            return
        }
        let settings = server.applying(table.heap.options)
        let ownLimit = settings.modifiedRowLimit(rows: table.heap.rows)
        if table.kind != .partitioned, table.modifiedRows > ownLimit {
            let count = TableNeed.Vacuum.count
            self.init(
                score: table.modifiedRows / ownLimit,
                reason: "\(count(table.modifiedRows)) rows changed, more than \(count(ownLimit))")
            return
        }
        if leaves.isEmpty {
            guard table.serverSaysAnalyze else { return nil }
            self.init(score: 1, reason: "autovacuum's own score says that it needs it")
            return
        }
        self.init(of: table, leaves, limit: settings.modifiedRowLimit(rows: rows), server)
    }

    /// What changed below a parent, of which autovacuum never takes notice: a table there that autovacuum has analyzed
    /// since had changed by at least its own limit. An ANALYZE by hand says nothing: that of the parent does its
    /// partitions too, after itself.
    private init?(of parent: TableFacts, _ leaves: [TableFacts], limit: Double, _ server: AutovacuumSettings) {
        let changed = leaves.reduce(0.0) { sum, leaf in
            guard let analyzedAt = leaf.autoanalyzedAt, let parentAt = parent.analyzedAt, analyzedAt > parentAt else {
                return sum + leaf.modifiedRows
            }
            let least = server.applying(leaf.heap.options).modifiedRowLimit(rows: leaf.heap.rows)
            return sum + leaf.modifiedRows + least
        }
        guard changed > limit else { return nil }
        let count = TableNeed.Vacuum.count
        self.init(
            score: changed / limit,
            reason: "about \(count(changed)) rows changed in the tables below it, more than \(count(limit)), and "
                + "autovacuum does not look at that")
    }
}
