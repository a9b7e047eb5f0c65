import InMemoryLogging
import JobModel
import Logging
import TestSupport
import Testing

@testable import Operations

/// What the diary keeps while the history does not work.
struct RunDiaryTests {
    private let ledger = MemoryLedger()
    private let log = InMemoryLogHandler()

    private struct Outage: UserFacingError {
        var message: String { "the disk is full" }
        var hint: String? { nil }
        var category: FailureCategory { .cannotWrite }
    }

    private func diary() -> RunDiary {
        RunDiary(logger: Logger(label: "test") { [log] _ in log }) { [ledger] in ledger }
    }

    private func lines(_ texts: String...) -> [RunLogLine] {
        texts.map { RunLogLine(at: .example(0), level: "info", text: $0) }
    }

    @Test func `lines that were told in an outage are written when it is over, in order`() async throws {
        let diary = diary()
        let run = Run.example()
        _ = await diary.claim([run])
        await diary.append(lines("before"), to: run.id)
        ledger.fail(with: Outage())
        await diary.append(lines("a", "b"), to: run.id)
        await diary.append(lines("c"), to: run.id)
        ledger.fail(with: nil)
        await diary.append(lines("after"), to: run.id)
        #expect(try await ledger.log(of: run.id).map(\.text) == ["before", "a", "b", "c", "after"])
    }

    @Test func `lines of a run that could not be claimed follow its record`() async throws {
        let diary = diary()
        let run = Run.example()
        ledger.fail(with: Outage())
        _ = await diary.claim([run])
        await diary.adopt([run])
        await diary.append(lines("a"), to: run.id)
        await diary.update(run.ended(.succeeded))
        ledger.fail(with: nil)
        await diary.flush()
        #expect(try await ledger.runs(RunQuery()).map(\.outcome) == [.succeeded])
        #expect(try await ledger.log(of: run.id).map(\.text) == ["a"])
    }

    @Test func `of very many lines the last are kept`() async throws {
        let diary = diary()
        let run = Run.example()
        _ = await diary.claim([run])
        ledger.fail(with: Outage())
        for number in 0..<5_010 { await diary.append(lines("\(number)"), to: run.id) }
        ledger.fail(with: nil)
        await diary.flush()
        #expect(try await ledger.log(of: run.id).first?.text == "10")
    }

    @Test func `closing writes what was not written yet`() async throws {
        let diary = diary()
        let run = Run.example()
        _ = await diary.claim([run])
        ledger.fail(with: Outage())
        await diary.update(run.ended(.succeeded))
        async let closed: Void = diary.close(patience: .seconds(3_600))
        try await waitUntil("the diary has tried") { await diary.trouble != nil }
        ledger.fail(with: nil)
        await closed
        #expect(try await ledger.runs(RunQuery()).map(\.outcome) == [.succeeded])
        #expect(!log.entries.contains { $0.level == .error })
    }

    @Test func `closing says what is lost`() async throws {
        let diary = diary()
        let run = Run.example()
        _ = await diary.claim([run])
        ledger.fail(with: Outage())
        await diary.update(run.ended(.succeeded))
        await diary.close(patience: .zero)
        let error = try #require(log.entries.last { $0.level == .error })
        #expect(error.message.description == "Runs are not in the history")
        #expect(error.metadata["job.names"] == "nightly")
    }
}
