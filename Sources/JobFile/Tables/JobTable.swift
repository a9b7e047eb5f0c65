import JobModel

/// `[jobs.NAME]`: what all kinds have in common.
struct JobTable {
    let surroundings: JobFileSurroundings
    /// The zone of jobs that name none.
    let defaultTimeZone: String
    /// Whether the job file says so, rather than that it is the default of the default.
    let isDefaultTimeZoneGiven: Bool

    /// The kinds of this version.
    enum Kind: String, CaseIterable {
        case backup
        case verify
        case prune
        case maintain
        case clean
        case advise
        case sql
    }

    func read(_ section: inout Section, name: String) -> Job? {
        guard let kind = kind(&section) else { return nil }
        let what = self.kind(kind, &section)
        let rest = common(kind, &section, name: name)
        section.finish { key in
            let homes = Kind.allCases.filter { $0 != kind && keys(of: $0).contains(key) }.map(\.rawValue)
            return homes.isEmpty ? nil : "is a key of jobs of kind \(Section.listed(homes)), not \(kind.rawValue)"
        }
        guard let what else { return nil }
        var job = rest
        job.kind = what
        return job
    }

    /// The keys that a kind of job takes.
    func keys(of kind: Kind) -> Set<String> {
        var section = Section(path: ["jobs", "any"], members: ["kind": .string(kind.rawValue)])
        _ = self.kind(&section)
        _ = self.kind(kind, &section)
        _ = common(kind, &section, name: "any")
        return section.knownKeys
    }

    private func kind(_ section: inout Section) -> Kind? {
        guard section.has("kind") else {
            section.complain("\(section.title) needs \"kind\": \(Section.listed(Kind.allCases.map(\.rawValue)))")
            return nil
        }
        return section.choice("kind", Kind.self)
    }

    private func kind(_ kind: Kind, _ section: inout Section) -> JobKind? {
        switch kind {
        case .backup: BackupTable().read(&section).map { .backup($0) }
        case .verify: VerifyTable(surroundings: surroundings).read(&section).map { .verify($0) }
        case .prune: PruneTable().read(&section).map { .prune($0) }
        case .maintain: MaintainTable().read(&section).map { .maintain($0) }
        case .clean: CleanTable(surroundings: surroundings).read(&section).map { .clean($0) }
        case .advise: AdviseTable(surroundings: surroundings).read(&section).map { .advise($0) }
        case .sql: SQLTable(surroundings: surroundings).read(&section).map { .sql($0) }
        }
    }

    /// A job whose kind is still to be put in.
    private func common(_ kind: Kind, _ section: inout Section, name: String) -> Job {
        var job = Job(name: name, kind: .prune(PruneJob()))
        let zone = section.timeZone("timezone", surroundings)
        job.timezone = zone ?? defaultTimeZone
        job.trigger = TriggerKeys().read(&section)
        if case .cron = job.trigger, !section.has("timezone"), !isDefaultTimeZoneGiven {
            section.warn("schedule", "no \"timezone\" is given, here or in [daemon]: this schedule is in UTC")
        }
        job.misfire = misfire(&section)
        job.overlap = section.choice("overlap") ?? job.overlap
        job.timeout = section.duration("timeout", in: .seconds(1) ... .days(366))
        job.retries = retries(&section)
        job.spread = section.duration("spread", in: .zero ... .days(7)) ?? job.spread
        job.window = section.duration("window", in: .seconds(1) ... .days(366))
        job.conflicts = conflicts(&section)
        job.isPaused = section.flag("paused") ?? job.isPaused
        job.notify = section.strings("notify") ?? job.notify
        if kind == .backup || kind == .verify {
            job.alertAfter = section.duration("alert_after", in: .minutes(1) ... .days(3_660))
        }
        checkTimes(of: job, &section)
        return job
    }

    private func misfire(_ section: inout Section) -> MisfirePolicy {
        var policy = MisfirePolicy()
        policy.catchUp = section.choice("catch_up") ?? policy.catchUp
        policy.within = section.duration("catch_up_within", in: .seconds(1) ... .days(3_660))
        if let limit = section.wholeNumber("catch_up_limit", in: 1...10_000) { policy.limit = limit }
        if policy.catchUp == .none, section.has("catch_up_within") {
            section.complain("catch_up_within", "\"catch_up_within\" is of no use with catch_up = \"none\"")
        }
        if policy.catchUp != .all, section.has("catch_up_limit") {
            section.complain("catch_up_limit", "\"catch_up_limit\" goes with catch_up = \"all\"")
        }
        return policy
    }

    private func retries(_ section: inout Section) -> RetrySettings {
        var retries = RetrySettings()
        if let count = section.wholeNumber("retries", in: 0...100) { retries.count = count }
        if let delay = section.duration("retry_delay", in: .seconds(1) ... .days(1)) {
            retries.delay = delay
            retries.longestDelay = max(retries.longestDelay, delay)
        }
        return retries
    }

    private func conflicts(_ section: inout Section) -> [JobConflict] {
        (section.strings("conflicts_with") ?? []).map { text in
            text.hasPrefix("kind:") ? .kind(String(text.dropFirst("kind:".count))) : .job(text)
        }
    }

    private func checkTimes(of job: Job, _ section: inout Section) {
        if let window = job.window, job.spread > window {
            section.complain("spread", "\"spread\" is longer than \"window\", so firings could be moved out of it")
        }
        if case .every(let seconds) = job.trigger, job.spread >= .seconds(seconds) {
            section.complain("spread", "\"spread\" must be shorter than \"every\"")
        }
    }
}
