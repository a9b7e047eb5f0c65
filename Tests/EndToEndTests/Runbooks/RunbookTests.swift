import Foundation
import TestSupport
import Testing

extension EndToEndTests {
    /// The runbooks, done command by command against real servers that have the trouble they are for.
    @Suite struct RunbookTests {
        static let possible = RunbookText.all.filter { runbook in
            let missing = RunbookWorld.needs(of: runbook.name).subtracting(RunbookWorld.available)
            if !missing.isEmpty {
                print(
                    "runbooks/\(runbook.name).md is not run; missing here: \(missing.sorted().joined(separator: ", "))")
            }
            return missing.isEmpty
        }

        @Test(arguments: possible) func `does what it says`(_ runbook: RunbookText) async throws {
            try await RunbookWorld(runbook).run()
        }
    }
}
