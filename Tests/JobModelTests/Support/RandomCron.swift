import JobModel

/// A source of numbers that is the same in every run.
struct CronDice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// A random expression that knows what its fields mean, without having read them.
struct RandomCron {
    let text: String
    private let fields: [Field]

    private struct Field {
        let text: String
        let values: Set<Int>
        var startsWithStar: Bool { text.hasPrefix("*") }

        static func random(_ range: ClosedRange<Int>, star: Int, using dice: inout CronDice) -> Field {
            let step = Int.random(in: 1...max(2, range.count / 2), using: &dice)
            let first = Int.random(in: range, using: &dice)
            let last = Int.random(in: first...range.upperBound, using: &dice)
            func every(_ start: Int, _ end: Int, _ step: Int) -> Set<Int> {
                Set(stride(from: start, through: end, by: step))
            }
            if Int.random(in: 0..<10, using: &dice) < star { return Field(text: "*", values: Set(range)) }
            switch Int.random(in: 0..<6, using: &dice) {
            case 0: return Field(text: "*/\(step)", values: every(range.lowerBound, range.upperBound, step))
            case 1: return Field(text: "\(first)-\(last)", values: every(first, last, 1))
            case 2: return Field(text: "\(first)-\(last)/\(step)", values: every(first, last, step))
            case 3: return Field(text: "\(last),\(first)", values: [first, last])
            default: return Field(text: "\(first)", values: [first])
            }
        }
    }

    init(using dice: inout CronDice) {
        fields = [
            .random(0...59, star: 1, using: &dice), .random(0...23, star: 3, using: &dice),
            .random(1...31, star: 7, using: &dice), .random(1...12, star: 8, using: &dice),
            .random(0...6, star: 7, using: &dice),
        ]
        text = fields.map(\.text).joined(separator: " ")
    }

    private var isInterval: Bool { fields[0].startsWithStar || fields[1].startsWithStar }

    private func matches(localMinute: Int) -> Bool {
        let local = localMinute * 60
        let date = CivilTime(secondsSinceEpoch: local).text
        let day = Int(date.dropFirst(8).prefix(2)) ?? 0
        let weekday = ((localMinute / 1_440 + 4) % 7 + 7) % 7
        guard fields[0].values.contains(localMinute % 60), fields[1].values.contains(localMinute / 60 % 24),
            fields[3].values.contains(Int(date.dropFirst(5).prefix(2)) ?? 0)
        else { return false }
        let byDay = fields[2].values.contains(day)
        let byWeekday = fields[4].values.contains(weekday)
        let isBoth = fields[2].startsWithStar || fields[4].startsWithStar
        return isBoth ? byDay && byWeekday : byDay || byWeekday
    }

    /// Walks through time half a minute at a time, as a person with a clock on the wall would. From 1970 on.
    func firings(after start: Int, through end: Int, in zone: ZoneRules) -> [Int] {
        var result: [Int] = []
        var latest = Int.min
        for instant in stride(from: (start / 30 - 12 * 1_440) * 30, through: end, by: 30) {
            let local = instant + zone.offsetInSeconds(at: CivilTime(secondsSinceEpoch: instant))
            guard local % 60 == 0 else { continue }
            let minute = local / 60
            let left = latest == Int.min ? minute..<minute : min(latest + 1, minute)..<minute
            let isNew = minute > latest
            latest = max(latest, minute)
            guard instant > start else { continue }
            let isMadeUpFor = left.count <= 180 && left.contains { matches(localMinute: $0) }
            let fires =
                isInterval ? matches(localMinute: minute) : isNew && (isMadeUpFor || matches(localMinute: minute))
            if fires { result.append(instant) }
        }
        return result
    }
}
