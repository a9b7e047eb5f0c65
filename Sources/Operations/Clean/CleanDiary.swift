import Foundation
import JobModel

/// Remembers how far a clean-up has come; without a job there is nobody to remember it.
struct CleanDiary: Sendable {
    let memory: any JobMemory
    /// Nil for work outside of jobs.
    let job: String?

    private var name: String? { job.map { "clean/\($0)" } }

    /// Nil where there is none of this definition.
    func state(of definition: String) async -> CleanState? {
        guard let name, let text = await memory.memory(named: name) else { return nil }
        let state = try? JSONDecoder().decode(CleanState.self, from: Data(text.utf8))
        return state?.definition == definition ? state : nil
    }

    /// What cannot be remembered costs a second look at rows that are gone.
    func keep(_ state: CleanState) async {
        guard let name, let data = try? JSONEncoder().encode(state) else { return }
        await memory.remember(String(decoding: data, as: UTF8.self), as: name)
    }
}
