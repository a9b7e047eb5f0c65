import JobModel
import Postgres

/// What is wrong with a machine, and what to do about it. Pure.
struct HostJudgment {
    let facts: HostFacts

    var findings: [CheckFinding] {
        let system: [CheckFinding] = [.good("dbops", facts.versions.joined(separator: ", ")), clock]
        let surroundings: [CheckFinding?] = [zones, authorities, locale, memory, room]
        return system + programs + surroundings.compactMap { $0 } + privateFiles + leftovers
    }

    // MARK: - The system

    var clock: CheckFinding {
        guard facts.now < facts.notBefore else { return .good("clock", "this machine says \(facts.now.text)") }
        return CheckFinding(
            subject: "clock", level: .fault(.configuration),
            message: "this machine says \(facts.now.text), which was before this dbops was made",
            advice: "Set the clock, and let chrony or systemd-timesyncd keep it: schedules and S3 signatures go by it.")
    }

    var zones: CheckFinding {
        guard facts.hasZoneFiles else {
            return CheckFinding(
                subject: "time zones", level: .fault(.unavailable),
                message: "there are no zone files: schedules can be in UTC alone",
                advice: "Install the package tzdata; or name the folder in TZDIR.")
        }
        return .good("time zones", facts.zoneVersion.map { "tzdata \($0)" } ?? "zone files are there")
    }

    var authorities: CheckFinding {
        guard let path = facts.authoritiesPath else {
            return .warning(
                "certificates", "no certificate authorities were found: no S3 store and no webhook can be trusted",
                advice: "Install the package ca-certificates; or name the file in SSL_CERT_FILE.")
        }
        return .good("certificates", "the authorities of \(path)")
    }

    /// Throw-away clusters are made in it.
    var locale: CheckFinding {
        guard facts.hasLocaleUTF8 else {
            return CheckFinding(
                subject: "locales", level: .fault(.unavailable), message: "this machine has no locale C.UTF-8",
                advice: "Install the package locales (libc-bin on Debian): throw-away clusters are made in it.")
        }
        return .good("locales", "C.UTF-8 is there")
    }

    // MARK: - Room

    /// PostgreSQL's parallel workers share memory there. Docker's default is 64 MiB.
    static let leastSharedMemory = 128 << 20
    /// An empty cluster takes some 40 MB, and its first WAL as much.
    static let leastTemporaryBytes = 1 << 30

    var memory: CheckFinding? {
        facts.sharedMemoryBytes.map { bytes in
            guard bytes < Self.leastSharedMemory else {
                return .good("shared memory", "\(Quantities.bytes(bytes)) in /dev/shm")
            }
            return .warning(
                "shared memory", "/dev/shm has \(Quantities.bytes(bytes)) only: proofs may fail in parallel queries",
                advice:
                    "Give a container more: docker run --shm-size=256m; in Kubernetes an emptyDir with medium Memory.")
        }
    }

    var room: CheckFinding? {
        facts.freeTemporaryBytes.map { bytes in
            let place = "\(Quantities.bytes(bytes)) free in \(facts.temporaryFolder)"
            guard bytes < Self.leastTemporaryBytes else { return .good("room for proofs", place) }
            return .warning(
                "room for proofs", "only \(place), where throw-away clusters are made",
                advice: "Name a larger disk in TMPDIR: a proof takes as much as the database, and its indexes.")
        }
    }

    // MARK: - Files

    var privateFiles: [CheckFinding] {
        facts.privateFiles.map { file in
            guard file.mode & 0o077 != 0 else {
                return .good("credentials", "\(file.path) is private")
            }
            let consequence =
                file.isIgnoredWhenOpen ? "libpq passes over it" : "it may be read or changed by others"
            return .warning(
                "credentials", "\(file.path) has mode \(String(file.mode, radix: 8)): \(consequence)",
                advice: "Run: chmod 600 \(file.path)")
        }
    }

    var leftovers: [CheckFinding] {
        let abandoned = facts.leftovers.map { path in
            CheckFinding.warning(
                "leftovers", "\(path) is of a run that was killed", advice: "The next run on this machine removes it.")
        }
        let kept = facts.kept.map { path in
            CheckFinding.warning(
                "leftovers", "\(path) was kept by --keep", advice: "Remove it when it is not needed any more.")
        }
        return abandoned + kept
    }

    // MARK: - Programs

    var programs: [CheckFinding] {
        guard let newest = facts.dumpPrograms.max(by: { $0.version < $1.version }) else {
            return [
                CheckFinding(
                    subject: "programs", level: .fault(.unavailable),
                    message: "there is no pg_dump in \(facts.programFolders.joined(separator: ", "))",
                    advice: "Install postgresql-client-N of the newest server that is backed up.")
            ]
        }
        let servers = facts.serverPrograms.isEmpty ? [noServers] : [serversThere]
        let dumps = Self.listed(facts.dumpPrograms)
        return [.good("programs", "pg_dump \(dumps): servers up to PostgreSQL \(newest.version.major)")] + servers
            + outdated
    }

    private var serversThere: CheckFinding {
        .good("programs", "server programs \(Self.listed(facts.serverPrograms)), for proofs")
    }

    private var noServers: CheckFinding {
        .warning(
            "programs", "there are no server programs: no backup can be proven in a throw-away cluster",
            advice: "Install postgresql-N, N being the major version of the server that is backed up, or a newer one; "
                + "or name a scratch_url.")
    }

    /// Releases of all majors come on the same days, so that the newest here tells which others were not updated.
    private var outdated: [CheckFinding] {
        let all = facts.dumpPrograms + facts.serverPrograms
        var seen: Set<String> = []
        return all.compactMap { tool in
            guard let newer = all.first(where: { tool.version.wasReleasedBefore($0.version) == true }),
                seen.insert("\(tool.version)").inserted
            else { return nil }
            return .warning(
                "programs", "\(tool.path) is \(tool.version), older than the \(newer.version) that is here as well",
                advice:
                    "Update it: apt-get install --only-upgrade \(tool.name.debianPackage(major: tool.version.major)).")
        }
    }

    private static func listed(_ tools: [ClientTool]) -> String {
        var seen: Set<String> = []
        return tools.sorted { $0.version < $1.version }.map(\.version.description).filter { seen.insert($0).inserted }
            .joined(separator: ", ")
    }
}
