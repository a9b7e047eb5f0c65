/// One of the five fields of a cron expression, in their order.
package enum CronField: Int, Sendable, CaseIterable {
    case minute
    case hour
    case dayOfMonth
    case month
    case dayOfWeek

    /// As people call it.
    package var label: String {
        switch self {
        case .minute: "minute"
        case .hour: "hour"
        case .dayOfMonth: "day-of-month"
        case .month: "month"
        case .dayOfWeek: "day-of-week"
        }
    }

    /// The numbers that may be written. Sunday is both 0 and 7.
    var allowed: ClosedRange<Int> {
        switch self {
        case .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: 0...7
        }
    }

    /// What `*` stands for, and up to where `n/k` counts: each value once.
    var all: ClosedRange<Int> { self == .dayOfWeek ? 0...6 : allowed }

    /// What starts anew when the field is through.
    var cycle: String {
        switch self {
        case .minute: "hour"
        case .hour: "day"
        case .dayOfMonth: "month"
        case .month: "year"
        case .dayOfWeek: "week"
        }
    }

    /// Three letters for each value from the first on; empty where there are no names.
    var names: [String] {
        switch self {
        case .minute, .hour, .dayOfMonth: []
        case .month: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
        case .dayOfWeek: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
        }
    }

    /// The value that `name` stands for, in any case.
    func value(named name: some StringProtocol) -> Int? {
        names.firstIndex(of: name.lowercased()).map { $0 + allowed.lowerBound }
    }
}
