import JobModel

/// `retention = { … }` of a backup job.
struct RetentionTable {
    private var counts: [(key: String, property: WritableKeyPath<RetentionPolicy, Int>)] {
        [
            ("last", \.last), ("hourly", \.hourly), ("daily", \.daily), ("weekly", \.weekly), ("monthly", \.monthly),
            ("yearly", \.yearly),
        ]
    }

    func read(_ section: inout Section) -> RetentionPolicy {
        var policy = RetentionPolicy()
        for (key, property) in counts {
            if let count = section.wholeNumber(key, in: 0...100_000) { policy[keyPath: property] = count }
        }
        policy.within = section.duration("within", in: .zero ... .days(36_500))
        section.finish()
        let keepsSomething = counts.contains { policy[keyPath: $0.property] > 0 }
        if section.complaints.isEmpty, !keepsSomething, (policy.within ?? .zero) == .zero {
            section.complain("this retention would delete every backup: keep at least one, for instance { last = 7 }")
        }
        return policy
    }
}
