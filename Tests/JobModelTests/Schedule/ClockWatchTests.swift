import Testing

@testable import JobModel

@Suite struct ClockWatchTests {
    private static let start = 1_795_226_400

    private func at(_ seconds: Int) -> CivilTime { CivilTime(secondsSinceEpoch: Self.start + seconds) }

    private func watch() -> ClockWatch { ClockWatch(notBefore: at(-1_000_000), latest: at(0)) }

    @Test(arguments: [
        (0, ClockWatch.Verdict.fine), (100_000, .fine), (-1, .behind(seconds: 1)), (-10_800, .behind(seconds: 10_800)),
        (-10_801, .corrected(seconds: 10_801)), (-86_400, .corrected(seconds: 86_400)),
    ])
    func `judges a step by its size`(seconds: Int, verdict: ClockWatch.Verdict) {
        var watch = watch()
        #expect(watch.look(at: at(seconds)) == verdict)
    }

    @Test(arguments: [-86_401, -2_000_000])
    func `refuses a clock that cannot be right`(seconds: Int) {
        var watch = watch()
        guard case .refused = watch.look(at: at(seconds)) else {
            Issue.record("it was believed")
            return
        }
        #expect(watch.look(at: at(1)) == .fine)
    }

    @Test func `counts from the corrected time after a correction`() {
        var watch = watch()
        _ = watch.look(at: at(-20_000))
        #expect(watch.look(at: at(-19_000)) == .fine)
        #expect(watch.look(at: at(-19_500)) == .behind(seconds: 500))
    }
}
