/// How many backups are kept: of each rule's periods, the newest backup of each. A backup stays if any rule keeps it.
///
/// Periods are those of the job's time zone. Periods without a backup do not count, as with restic and borg: fourteen
/// daily ones are those of the fourteen newest days that have any.
package struct RetentionPolicy: Sendable, Equatable {
    /// The newest ones, whatever their age.
    package var last = 0
    package var hourly = 0
    package var daily = 0
    /// By ISO 8601 weeks, which begin on Monday.
    package var weekly = 0
    package var monthly = 0
    package var yearly = 0
    /// All that are no older.
    package var within: Duration?

    package init() {}

    /// Throws where the policy would delete everything, or counts backwards.
    package func validate() throws(RetentionPolicyError) {
        let counts = [last, hourly, daily, weekly, monthly, yearly]
        if counts.contains(where: { $0 < 0 }) || within.map({ $0 < .zero }) == true { throw .negative }
        if counts.allSatisfy({ $0 == 0 }), within.map({ $0 == .zero }) ?? true { throw .keepsNothing }
    }
}

/// Why a policy is refused.
package enum RetentionPolicyError: UserFacingError, Equatable {
    case keepsNothing
    case negative

    package var message: String {
        switch self {
        case .keepsNothing: "the retention would delete every backup"
        case .negative: "the retention has a number below zero"
        }
    }

    package var hint: String? {
        switch self {
        case .keepsNothing:
            "Say what to keep: at least one of last, within, hourly, daily, weekly, monthly and yearly, above zero."
        case .negative: "Leave a rule out, or make it zero, to do without it."
        }
    }

    package var category: FailureCategory { .usage }
}
