/// Whether the step of an item does what it seems to promise.
struct CronStepLint {
    let field: CronField
    let item: Substring
    let range: ClosedRange<Int>
    let step: Int

    /// Nil where there is nothing to say.
    var warning: String? {
        if range.count > 1, step >= range.count {
            return "\(item) in the \(field.label) field matches \(range.lowerBound) only: the step is longer than the "
                + "range" + (field == .minute && step > 60 ? "; use every for longer intervals" : "")
        }
        guard range == field.all, let shorter = lastInterval, shorter != step else { return nil }
        return "\(item) in the \(field.label) field starts anew each \(field.cycle), so the last interval is shorter "
            + "than the others" + (field == .dayOfMonth ? "" : ": \(shorter) in place of \(step)")
    }

    /// From the last match of a cycle to the first one of the next, where cycles are of one length; 0 where they differ.
    private var lastInterval: Int? {
        guard step > 1 else { return nil }
        if field == .dayOfMonth { return 0 }
        let remainder = range.count % step
        return remainder == 0 ? step : remainder
    }
}
