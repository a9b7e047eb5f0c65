import Foundation
import JobFile
import JobModel
import Operations

/// What `dbops check` found.
struct CheckRendering {
    let json: Bool
    let quiet: Bool

    // MARK: - The job file

    private struct FaultObject: Encodable {
        let level: String
        let file: String
        let line: Int
        let column: Int
        let message: String

        init(_ finding: JobFileFinding, in file: String, level: String) {
            self.level = level
            self.file = file
            line = finding.position.line
            column = finding.position.column
            message = finding.message
        }
    }

    private struct JobObject: Encodable {
        let job: String
        let kind: String
        let trigger: String
        let timezone: String
        let next: CivilTime?
        let paused: Bool

        private enum CodingKeys: String, CodingKey {
            case job, kind, trigger, timezone, next, paused
        }

        /// A job without a next firing has the key all the same, as null.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(job, forKey: .job)
            try container.encode(kind, forKey: .kind)
            try container.encode(trigger, forKey: .trigger)
            try container.encode(timezone, forKey: .timezone)
            try container.encode(next, forKey: .next)
            try container.encode(paused, forKey: .paused)
        }
    }

    /// Every fault, as compilers write them.
    func print(_ error: JobFileError) throws {
        StandardError.write(error.message)
        guard json else { return }
        for fault in error.faults { try JSONLine.print(FaultObject(fault, in: error.fileName, level: "fault")) }
    }

    /// The jobs with their next firings, and the warnings.
    func print(_ loaded: JobFileLoader.Loaded, now: Date, zones: ZoneDatabase) throws {
        for warning in loaded.file.warnings {
            let text = JobFileFinding(position: warning.position, message: "warning: \(warning.message)")
            StandardError.write(text.text(in: loaded.path))
            if json { try JSONLine.print(FaultObject(warning, in: loaded.path, level: "warning")) }
        }
        let jobs = try loaded.configuration.jobs.map { job in
            JobObject(
                job: job.name, kind: job.kind.name, trigger: job.trigger.displayText, timezone: job.timezone,
                next: try Self.next(of: job, now: now, zones: zones), paused: job.isPaused)
        }
        if json {
            for job in jobs { try JSONLine.print(job) }
            return
        }
        guard !quiet else { return }
        if !jobs.isEmpty {
            TextTable.print(
                ["JOB", "KIND", "WHEN", "ZONE", "NEXT"],
                jobs.map { job in
                    let next = job.paused ? "paused" : job.next?.text ?? "-"
                    return [job.job, job.kind, job.trigger, job.timezone, next]
                })
        }
        StandardError.write("\(loaded.path): no faults")
    }

    private static func next(of job: Job, now: Date, zones: ZoneDatabase) throws(ZoneError) -> CivilTime? {
        let zone = try zones.rules(named: job.timezone)
        return Schedule(job: job.name, trigger: job.trigger, zone: zone, spread: job.spread)?
            .nextFiring(after: CivilTime(now))
    }

    // MARK: - What it names

    private struct FindingObject: Encodable {
        let level: String
        let subject: String
        let message: String
        let advice: String?
        let statements: [String]
    }

    func print(_ findings: [CheckFinding]) throws {
        for finding in findings {
            if json {
                try JSONLine.print(
                    FindingObject(
                        level: finding.level.word, subject: finding.subject, message: finding.message,
                        advice: finding.advice, statements: finding.statements))
            } else if !quiet || finding.level != .good {
                Swift.print(Self.text(of: finding))
            }
        }
    }

    private static func text(of finding: CheckFinding) -> String {
        let mark =
            switch finding.level {
            case .good: "ok      "
            case .warning: "warning "
            case .fault: "FAULT   "
            }
        let advice = finding.advice.map { ["          \($0)"] } ?? []
        // Flush left, to be pasted.
        return ([mark + "\(finding.subject): \(finding.message)"] + advice + finding.statements)
            .joined(separator: "\n")
    }
}

extension CheckFinding.Level {
    fileprivate var word: String {
        switch self {
        case .good: "ok"
        case .warning: "warning"
        case .fault: "fault"
        }
    }
}

extension JobTrigger {
    /// As the job file says it.
    fileprivate var displayText: String {
        switch self {
        case .none: "by hand"
        case .cron(let expression): expression.text
        case .every(let seconds): "every \(DurationText.text(.seconds(seconds)))"
        case .after(let job): "after \(job)"
        }
    }
}
