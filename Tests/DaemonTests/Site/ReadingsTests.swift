import JobModel
import Operations
import TestSupport
import Testing

@testable import Daemon

@Suite struct ReadingsTests {
    @Test func `a value is read once for many who ask, and again when it is old`() async {
        let readings = Journal<Int>()
        let value = OnDemand<Int> {
            readings.add(1)
            return readings.all.count
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await value.run() }
            let asked = await withTaskGroup(of: Int?.self) { askers in
                for _ in 0..<20 {
                    askers.addTask { await value.value(noOlderThan: .seconds(600), patience: .seconds(60)) }
                }
                return await askers.reduce(into: Set<Int?>()) { $0.insert($1) }
            }
            #expect(asked == [1])
            #expect(readings.all.count == 1)
            #expect(await value.value(noOlderThan: .zero, patience: .seconds(60)) == 2)
            #expect(await value.value(noOlderThan: .seconds(600), patience: .seconds(60)) == 2)
            group.cancelAll()
        }
    }

    @Test func `who asks waits no longer than his patience, and gets what there is`() async {
        let value = OnDemand<Int> { 1 }
        #expect(await value.value(noOlderThan: .zero, patience: .milliseconds(1)) == nil)
    }

    @Test func `who asks and goes away stops nothing`() async {
        let value = OnDemand<Int> { 1 }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await value.value(noOlderThan: .zero, patience: .seconds(600)) }
            group.cancelAll()
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await value.run() }
            #expect(await value.value(noOlderThan: .zero, patience: .seconds(60)) == 1)
            group.cancelAll()
        }
    }

    @Test func `work is given up when patience ends`() async {
        await #expect(throws: Patience.Exhausted.self) {
            try await Patience.atMost(.milliseconds(1)) { try await Task.sleep(for: .seconds(600)) }
        }
        #expect(Patience.reason(Patience.Exhausted(), patience: .seconds(5)) == "it did not answer within 5 s")
    }

    @Test func `of an error that nobody has read only its kind is told`() {
        struct Leaky: Error { let password = "secret" }
        #expect(Patience.reason(Leaky(), patience: .zero) == "it could not be asked")
    }

    @Test func `a database that does not answer is down, and keeps nobody from the others`() async {
        struct Down: Error {}
        var configuration = Configuration()
        configuration.databases = (0..<20).map { DatabaseTarget(name: "d\($0)", url: "dbname=d\($0)") }
        let targets = configuration
        let found = await DatabaseReadings(configuration: { targets }, probe: { _ in throw Down() }).read()
        #expect(found.map(\.name) == targets.databases.map(\.name))
        #expect(found.allSatisfy { $0.isUp == false })
    }

    @Test func `progress counts what moves, and is gone with its run`() async {
        let live = LiveProgress()
        let run = Boards.run("nightly", at: 0, nil).id
        await live.following(run) { reporter in
            reporter.report(.expected(items: 4, bytes: 200))
            reporter.report(.phase("copying 4 tables"))
            reporter.report(.moved(bytes: 30))
            reporter.report(.moved(bytes: 20))
            reporter.report(.finished(item: "a", rows: 1, bytes: 50))
            let state = live.all[run]
            #expect(state?.phase == "copying 4 tables")
            #expect(state?.fraction == 0.25)
            #expect(state?.itemsDone == 1)
            reporter.report(.moved(bytes: 1_000))
            #expect(live.all[run]?.fraction == 1)
        }
        #expect(live.all.isEmpty)
    }
}
