import JobModel

/// A notice as webhooks get it: one JSON object whose keys are always there, null where they say nothing.
/// docs/notifications.md tells of each.
struct WebhookBody {
    let notice: Notice

    var value: JSONValue {
        let text = NoticeText(notice)
        return [
            "version": .whole(1), "id": .text(notice.id), "event": .text(notice.eventName), "job": .text(notice.job),
            "kind": .text(notice.kind), "at": .text(notice.at.text), "title": .text(text.title),
            "text": .text(text.body), "run": run, "unstarted": unstarted, "staleness": staleness,
            "runbook": JSONValue(notice.runbook?.path),
        ]
    }

    private var run: JSONValue {
        guard case .run(let run) = notice.subject else { return .null }
        return [
            "id": .text(run.id.description), "trigger": .text(run.trigger.rawValue),
            "outcome": JSONValue(run.outcome?.rawValue), "reason": JSONValue(run.reason?.rawValue),
            "message": JSONValue(run.message), "scheduled_at": JSONValue(run.scheduledAt?.text),
            "started_at": JSONValue(run.startedAt?.text), "ended_at": JSONValue(run.endedAt?.text),
            "seconds": JSONValue(run.seconds), "host": .text(run.host), "attempts": .whole(run.attempts),
            "missed_firings": .whole(run.missedFirings), "report": Self.value(of: run.report),
        ]
    }

    private static func value(of report: ReportFacts) -> JSONValue {
        [
            "backup": JSONValue(report.backup), "url": JSONValue(report.url), "tables": JSONValue(report.tables),
            "rows": JSONValue(report.rows), "bytes_raw": JSONValue(report.bytesRaw),
            "bytes_stored": JSONValue(report.bytesStored), "seconds": JSONValue(report.seconds),
            "failed_checks": .list(report.failedChecks.map { .text($0) }),
            "warnings": .list(report.warnings.prefix(100).map { .text($0) }),
        ]
    }

    private var unstarted: JSONValue {
        guard case .unstarted(let runs) = notice.subject else { return .null }
        let shares = runs.shares.map { share -> JSONValue in
            [
                "outcome": .text(share.outcome.rawValue), "reason": JSONValue(share.reason?.rawValue),
                "count": .whole(share.count),
            ]
        }
        return [
            "count": .whole(runs.count), "first_at": .text(runs.first.text), "last_at": .text(runs.last.text),
            "shares": .list(shares), "host": .text(runs.host),
        ]
    }

    private var staleness: JSONValue {
        guard case .staleness(let staleness) = notice.subject else { return .null }
        return [
            "concern": .text(staleness.concern.rawValue), "newest_at": JSONValue(staleness.newestAt?.text),
            "known_since": .text(staleness.knownSince.text), "limit_seconds": .whole(staleness.limitInSeconds),
            "age_seconds": .whole(staleness.ageInSeconds),
        ]
    }
}
