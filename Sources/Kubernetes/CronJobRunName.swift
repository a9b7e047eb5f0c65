package import JobModel

/// The name that a CronJob gives to each of its Jobs: its own, a hyphen, and the instant that was due, in minutes since
/// 1970. It is the only place where a pod can see that instant without asking the API server: the annotation
/// `batch.kubernetes.io/cronjob-scheduled-timestamp` is the Job's alone, and a pod can read only its own.
///
/// Source: `getJobName` and `getTimeHashInMinutes` of Kubernetes' CronJob controller, unchanged since 1.21.
package enum CronJobRunName {
    /// How long ago an instant may be; a number that means another one was given by hand.
    private static let oldestInSeconds = 400 * 86_400

    /// Nil for a Job that somebody made by hand.
    package static func instant(in name: String, now: CivilTime) -> CivilTime? {
        guard let hyphen = name.lastIndex(of: "-") else { return nil }
        let digits = name[name.index(after: hyphen)...]
        guard digits.count >= 8, digits.allSatisfy({ $0.isASCII && $0.isNumber }), let minutes = Int(digits),
            minutes < 1 << 40
        else { return nil }
        let instant = CivilTime(secondsSinceEpoch: minutes * 60)
        let age = now.secondsSinceEpoch - instant.secondsSinceEpoch
        return (-60...oldestInSeconds).contains(age) ? instant : nil
    }

    /// Whether a pod of this name is one of the Job's.
    package static func isPod(_ pod: String, of job: String) -> Bool {
        pod.hasPrefix("\(job)-") && pod.dropFirst(job.count + 1).wholeMatch(of: /[a-z0-9]+/) != nil
    }
}
