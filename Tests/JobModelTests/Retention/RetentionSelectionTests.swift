import Testing

@testable import JobModel

struct RetentionSelectionTests {
    private func days(_ count: Int, before day: String = "2026-11-21") -> [RetentionFacts] {
        (0..<count).map { .good(at: CivilTime.at(day).advanced(by: -86_400 * $0 + 7_200)) }
    }

    @Test func `last keeps the newest ones, whatever their age`() throws {
        let policy = RetentionPolicy { $0.last = 2 }
        let backups = [RetentionFacts.good("2020-01-01"), .good("2020-01-02"), .good("2020-01-03")]
        #expect(try policy.kept(backups) == ["20200102", "20200103"])
        #expect(
            try policy.decisions(backups).map { $0.reasons.map(\.text) } == [
                ["no rule keeps it"], ["last 2 of 2"], ["last 1 of 2", "newest good one"],
            ])
    }

    @Test func `daily keeps the newest of each day that has one, and empty days do not count`() throws {
        let policy = RetentionPolicy { $0.daily = 3 }
        let backups = [
            "2026-11-01T02:00:00Z", "2026-11-10T02:00:00Z", "2026-11-10T14:00:00Z", "2026-11-20T02:00:00Z",
            "2026-11-21T02:00:00Z", "2026-11-21T23:00:00Z",
        ].map { RetentionFacts.good($0) }
        let decisions = try policy.decisions(backups)
        #expect(decisions.map(\.action) == [.delete, .delete, .keep, .keep, .delete, .keep])
        #expect(decisions.reasons("2026-11-20") == ["daily 2026-11-20"])
    }

    @Test func `a day is a day of the job's zone`() throws {
        let berlin = try ZoneDatabase().rules(named: "Europe/Berlin")
        let policy = RetentionPolicy { $0.daily = 1 }
        // 00:30 and 00:59 of the 21st in Berlin, and 23:59 of the 20th.
        let backups = ["2026-11-20T22:59:00Z", "2026-11-20T23:30:00Z", "2026-11-20T23:59:00Z"].map {
            RetentionFacts.good($0)
        }
        let twoDays = RetentionPolicy { $0.daily = 2 }
        #expect(try policy.decisions(backups, zone: berlin).map(\.action) == [.delete, .delete, .keep])
        #expect(try twoDays.decisions(backups, zone: berlin).map(\.action) == [.keep, .delete, .keep])
        #expect(try twoDays.decisions(backups).map(\.action) == [.delete, .delete, .keep])
    }

    @Test func `an hour that the clocks show twice is two hours`() throws {
        let berlin = try ZoneDatabase().rules(named: "Europe/Berlin")
        let policy = RetentionPolicy { $0.hourly = 10 }
        let backups = ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"].map { RetentionFacts.good($0) }
        #expect(
            try policy.decisions(backups, zone: berlin).compactMap { $0.reasons.first?.text } == [
                "hourly 2026-10-25T02:00+02:00", "hourly 2026-10-25T02:00+01:00",
            ])
    }

    @Test(arguments: [
        ("2026-01-01", "2026-W01"), ("2027-01-01", "2026-W53"), ("2027-01-03", "2026-W53"), ("2027-01-04", "2027-W01"),
        ("2024-12-30", "2025-W01"), ("2026-11-22", "2026-W47"), ("2026-11-23", "2026-W48"),
    ])
    func `weeks are those of ISO 8601`(_ day: String, _ week: String) throws {
        let policy = RetentionPolicy { $0.weekly = 1 }
        #expect(try policy.decisions([.good(day)], now: "2030-01-01").reasons(day).contains("weekly \(week)"))
    }

    @Test func `months and years keep their newest backup`() throws {
        let policy = RetentionPolicy {
            $0.monthly = 2
            $0.yearly = 3
        }
        let backups = days(800, before: "2026-11-21")
        let decisions = try policy.decisions(backups, now: "2026-11-22")
        #expect(
            decisions.filter { $0.action == .keep }.map { $0.name.prefix(8) } == [
                "20241231", "20251231", "20261031", "20261121",
            ])
        #expect(decisions.reasons("2026-11-21") == ["monthly 2026-11", "yearly 2026", "newest good one"])
    }

    @Test func `within keeps all that are no older`() throws {
        let policy = RetentionPolicy { $0.within = .seconds(48 * 3_600) }
        let backups = ["2026-11-18T23:59:59Z", "2026-11-19T00:00:00Z", "2026-11-20T12:00:00Z"].map {
            RetentionFacts.good($0)
        }
        let decisions = try policy.decisions(backups, now: "2026-11-21")
        #expect(decisions.map(\.action) == [.delete, .keep, .keep])
        #expect(decisions.reasons("2026-11-19") == ["within 2d"])
    }

    @Test func `the newest good backup stays when no rule keeps it`() throws {
        let policy = RetentionPolicy { $0.within = .seconds(60) }
        #expect(try policy.kept([.good("2026-11-19"), .good("2026-11-20")]) == ["20261120"])
    }

    @Test func `a policy that keeps nothing is refused, and so is one that counts backwards`() {
        #expect(throws: RetentionPolicyError.keepsNothing) {
            try RetentionPolicy().kept([.good("2026-11-19")])
        }
        #expect(throws: RetentionPolicyError.keepsNothing) {
            try RetentionPolicy { $0.within = .zero }.kept([])
        }
        #expect(throws: RetentionPolicyError.negative) {
            try RetentionPolicy {
                $0.last = 5
                $0.daily = -1
            }.kept([])
        }
    }

    @Test func `the newest verified backup and pinned ones stay`() throws {
        var backups = days(5)
        backups[3].proof = .succeeded
        backups[4].proof = .succeeded
        backups[2].isPinned = true
        let decisions = try RetentionPolicy { $0.last = 1 }.decisions(backups)
        #expect(decisions.map(\.action) == [.delete, .keep, .keep, .delete, .keep])
        #expect(decisions.reasons("2026-11-18") == ["newest verified"])
        #expect(decisions.reasons("2026-11-19") == ["pinned"])
    }

    @Test func `with required verification nothing newer than the newest verified goes`() throws {
        var backups = days(5)
        backups[3].proof = .succeeded
        let policy = RetentionPolicy { $0.last = 1 }
        let decisions = try policy.decisions(backups) { $0.requiresVerified = true }
        #expect(decisions.map(\.action) == [.delete, .keep, .keep, .keep, .keep])
        #expect(decisions.reasons("2026-11-20") == ["newer than the newest verified"])
        backups[3].proof = .none
        let without = try policy.decisions(backups) { $0.requiresVerified = true }
        #expect(without.allSatisfy { $0.action == .keep })
        #expect(without.reasons("2026-11-18") == ["none is verified yet"])
    }

    @Test func `nothing goes where the listing was incomplete`() throws {
        let decisions = try RetentionPolicy { $0.last = 1 }.decisions(days(5)) { $0.isListingComplete = false }
        #expect(decisions.allSatisfy { $0.action == .keep && $0.reasons.contains(.listingIncomplete) })
    }

    private static let hindrances: [@Sendable (inout RetentionFacts) -> Void] = [
        { $0.obstacle = .inProgress }, { $0.obstacle = .otherJob("other") }, { $0.obstacle = .otherSystem("17") },
        { $0.obstacle = .unreadable(reason: "x") }, { $0.obstacle = .notWhole(reason: "x") }, { $0.proof = .failed },
        { $0.weight = BackupWeight(usual: BackupSize(rows: 9_000, bytesRaw: 0), limit: 0.5) },
        { $0 = .good("2030-01-01") },
        { $0 = RetentionFacts(name: "zzz-notes") },
    ]

    @Test(arguments: hindrances.indices)
    func `what does not count pushes nothing out and is kept`(_ index: Int) throws {
        var backups = days(6)
        let policy = RetentionPolicy {
            $0.last = 2
            $0.daily = 3
        }
        let before = try policy.kept(backups)
        let stray = RetentionFacts.good("2026-11-21T12:00:00Z", Self.hindrances[index])
        backups.append(stray)
        let decisions = try policy.decisions(backups)
        #expect(decisions.first { $0.name == stray.name }?.action == .keep)
        #expect(
            decisions.filter { $0.action == .keep && $0.name != stray.name }.map { $0.name.prefix(8) }
                == before.map { $0[...] })
    }

    @Test func `a verified backup that is dated in the future protects nothing`() throws {
        var backups = days(4)
        backups[3].proof = .succeeded
        backups.append(.good("2028-01-01") { $0.proof = .succeeded })
        let decisions = try RetentionPolicy { $0.last = 1 }.decisions(backups) { $0.requiresVerified = true }
        #expect(decisions.allSatisfy { $0.action == .keep })
        #expect(decisions.reasons("2028-01-01") == ["dated in the future"])
    }

    @Test func `a failed backup goes in its time, once a newer one is verified`() throws {
        var backups = days(4)
        backups[3].proof = .failed
        let policy = RetentionPolicy { $0.last = 2 }
        #expect(try policy.decisions(backups).reasons("2026-11-18") == ["failed its verification"])
        backups[0].proof = .succeeded
        let decisions = try policy.decisions(backups)
        #expect(decisions.reasons("2026-11-18") == ["failed its verification, and a newer one is verified"])
        #expect(decisions.first?.action == .delete)
        // Its time has not come: it is the last one but one.
        backups[1].proof = .failed
        #expect(
            try policy.decisions(backups).reasons("2026-11-20") == ["failed its verification", "last 2 of 2"])
    }

    @Test func `a backup kept apart counts once it is accepted`() throws {
        var backups = days(3)
        backups[0].weight = BackupWeight(usual: BackupSize(rows: 3_600, bytesRaw: 50_000), limit: 0.5)
        let policy = RetentionPolicy { $0.last = 1 }
        #expect(try policy.kept(backups) == ["20261120", "20261121"])
        #expect(try policy.decisions(backups).reasons("2026-11-21") == ["kept apart: rows fell by 72 %"])
        backups[0].isAccepted = true
        #expect(try policy.kept(backups) == ["20261121"])
    }
}
