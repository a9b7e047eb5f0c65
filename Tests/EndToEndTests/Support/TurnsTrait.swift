import Foundation
import Testing

/// Lets only a few tests of a suite run at the same time: each starts programs that want a processor of their own, and
/// waits for them with a limit.
struct TurnsTrait: SuiteTrait, TestTrait, TestScoping {
    private let turns = Turns(count: max(3, ProcessInfo.processInfo.activeProcessorCount + 1))

    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        await turns.take()
        do {
            try await function()
            await turns.giveBack()
        } catch {
            await turns.giveBack()
            throw error
        }
    }

    private actor Turns {
        private var free: Int
        private var waiting: [CheckedContinuation<Void, Never>] = []

        init(count: Int) {
            free = count
        }

        func take() async {
            guard free == 0 else {
                free -= 1
                return
            }
            await withCheckedContinuation { waiting.append($0) }
        }

        func giveBack() {
            guard !waiting.isEmpty else {
                free += 1
                return
            }
            waiting.removeFirst().resume()
        }
    }
}

extension Trait where Self == TurnsTrait {
    static var fewAtATime: Self { TurnsTrait() }
}
