import JobModel
import Testing

@testable import Kubernetes

@Suite struct `the name of a CronJob's Job` {
    /// 2026-11-21T22:00:00Z
    private let now = CivilTime(secondsSinceEpoch: 1_795_298_400)

    @Test(
        arguments: [
            ("dbops-nightly-29921639", 1_795_298_340), ("a-29921640", 1_795_298_400), ("x-29000000", nil as Int?),
            ("dbops-nightly", nil), ("dbops-nightly-by-hand", nil), ("dbops-nightly-1", nil),
            ("dbops-nightly-20261121", nil), ("dbops-nightly-99999999999999999999", nil), ("29921639", nil), ("", nil),
            ("dbops-nightly-2992163x", nil), ("dbops-nightly-29921700", nil),
        ] as [(String, Int?)])
    func `holds the instant that was due`(name: String, seconds: Int?) {
        #expect(CronJobRunName.instant(in: name, now: now)?.secondsSinceEpoch == seconds)
    }

    @Test(arguments: [
        ("dbops-nightly-29921639-x7k2p", true), ("dbops-nightly-29921639", false),
        ("dbops-nightly-29921640-x7k2p", false),
        ("dbops-nightly-29921639-a-b", false), ("dbops-nightly-29921639-", false),
    ])
    func `begins the names of its pods`(pod: String, isOne: Bool) {
        #expect(CronJobRunName.isPod(pod, of: "dbops-nightly-29921639") == isOne)
    }
}
