import Operations
import Testing

@Suite struct `a server that has it hard` {
    private func facts(_ change: (inout ThrottleFacts) -> Void) -> ThrottleFacts {
        var facts = ThrottleFacts()
        change(&facts)
        return facts
    }

    @Test func `lets work go on while nothing is beyond its limit`() {
        let atTheLimits = facts {
            $0.replayLagBytes = 256 << 20
            $0.replayLag = .seconds(10)
            $0.slot = ThrottleFacts.Slot(name: "s", retainedBytes: 1 << 30)
            $0.slotLimitBytes = 2 << 30
            $0.archiveBacklogInSegments = 42
            $0.lockWaiters = 5
            $0.activeBackends = 64
        }
        #expect(ThrottleLimits().decide(ThrottleFacts()) == .proceed)
        #expect(ThrottleLimits().decide(atTheLimits) == .proceed)
    }

    @Test func `holds work back for each fact beyond its limit, and says which`() {
        let limits = ThrottleLimits()
        let cases: [(ThrottleFacts, String)] = [
            (facts { $0.replayLagBytes = 300_000_000 }, "a standby is 300 MB behind"),
            (facts { $0.replayLag = .seconds(11) }, "a standby is 11 s behind"),
            (
                facts {
                    $0.slot = ThrottleFacts.Slot(name: "s1", retainedBytes: 600)
                    $0.slotLimitBytes = 1_000
                }, "the slot s1 keeps 600 bytes of WAL of the 1.0 kB that max_slot_wal_keep_size allows"
            ),
            (
                facts { $0.slot = ThrottleFacts.Slot(name: "s1", retainedBytes: 5_000_000_000) },
                "the slot s1 keeps 5.0 GB of WAL"
            ),
            (facts { $0.archiveBacklogInSegments = 43 }, "43 WAL segments wait to be archived"),
            (facts { $0.isArchiverFailing = true }, "WAL segments cannot be archived at present"),
            (facts { $0.lockWaiters = 6 }, "6 sessions wait for locks"),
            (facts { $0.activeBackends = 65 }, "65 sessions are active"),
            (facts { $0.vacuumedTables = ["sessions"] }, "sessions is being vacuumed"),
            (facts { $0.backups = ["pg_dump"] }, "the database is being copied by \"pg_dump\""),
        ]
        for (facts, reason) in cases { #expect(limits.decide(facts) == .pause([reason])) }
    }

    @Test func `ends work where waiting beside it could cost a standby or the disk`() {
        let limits = ThrottleLimits()
        let cases = [
            facts { $0.replayLagBytes = 9 << 30 },
            facts { $0.replayLag = .seconds(601) },
            facts {
                $0.slot = ThrottleFacts.Slot(name: "s1", retainedBytes: 950)
                $0.slotLimitBytes = 1_000
            },
            facts { $0.slot = ThrottleFacts.Slot(name: "s1", retainedBytes: 65 << 30) },
            facts { $0.archiveBacklogInSegments = 1_001 },
            facts { $0.lockWaiters = 101 },
        ]
        for facts in cases {
            guard case .abort(let reasons) = limits.decide(facts) else {
                Issue.record("\(facts) did not end the work")
                continue
            }
            #expect(reasons.count == 1)
        }
    }

    @Test func `names the critical facts alone where there are some`() {
        let facts = facts {
            $0.lockWaiters = 200
            $0.vacuumedTables = ["sessions"]
        }
        #expect(ThrottleLimits().decide(facts) == .abort(["200 sessions wait for locks"]))
    }
}
