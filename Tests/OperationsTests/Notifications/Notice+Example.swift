import JobModel
import TestSupport

@testable import Operations

extension Notice {
    /// A backup that failed on its third attempt, with characters that every format has its own trouble with.
    static var failure: Notice {
        var run = Run.named("aaaaaaaaaaaa", outcome: .failed)
        run.message = "could not write <shop> & \"café\": No space left on device"
        run.attempts = 3
        run.missedFirings = 2
        return Notice(event: .failed, job: "nightly", kind: "backup", at: .example(3_700), subject: .run(RunFacts(run)))
    }

    /// A backup that succeeded after one that had not.
    static var recovery: Notice {
        var run = Run.named("bbbbbbbbbbbb", outcome: .succeeded)
        run.report = """
            {"backup":"20261121T020000Z-k3v7qa","bytes_raw":41234567890,"bytes_stored":9123456789,"rows":12345678,\
            "seconds":61.5,"tables":42,"url":"s3://acme/prod/nightly/20261121T020000Z-k3v7qa",\
            "warnings":["the table public.big was locked for 3 s"]}
            """
        return Notice(
            event: .recovered, job: "nightly", kind: "backup", at: .example(3_700), subject: .run(RunFacts(run)))
    }

    static func missed(_ runs: [Run]) throws -> Notice? {
        UnstartedRuns(runs).map {
            Notice(event: .missed, job: "nightly", kind: "backup", at: .example(90_000), subject: .unstarted($0))
        }
    }

    static var stale: Notice {
        let staleness = Staleness(
            concern: .backup, newestAt: .example(-108_000), knownSince: .example(-900_000), limitInSeconds: 93_600,
            ageInSeconds: 108_000)
        return Notice(event: .stale, job: "nightly", kind: "backup", at: .example(0), subject: .staleness(staleness))
    }
}

extension Run {
    /// A run of `nightly` on a process of the host db1, from 02:00:00 to 03:01:40 of the example's day.
    static func named(_ id: String, kind: String = "backup", outcome: RunOutcome?, reason: RunReason? = nil) -> Run {
        let neverStarted = outcome == .missed || outcome == .skipped
        return Run(
            id: RunID(id)!, job: "nightly", kind: kind, trigger: .schedule, scheduledAt: .example(0), outcome: outcome,
            reason: reason, startedAt: neverStarted ? nil : .example(0),
            endedAt: outcome == nil || neverStarted ? nil : .example(3_700), host: "db1:4711:8839201")
    }
}
