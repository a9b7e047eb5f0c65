import Foundation
package import JobModel

/// Which databases of a server one run works on, and what is to be said of the others. Pure.
package struct DatabaseRoll: Sendable, Equatable {
    /// One that should be worked on and cannot be.
    package struct Refusal: Sendable, Equatable {
        package let database: ServerText
        package let reason: String
    }

    /// By name.
    package var databases: [String] = []
    package var refusals: [Refusal] = []
    /// What is passed over and no fault, for people.
    package var notes: [String] = []

    package init(of server: [ServerDatabase], selecting selection: DatabaseSelection) {
        let required = selection.required
        for database in server where selection.selects(database.name) {
            guard let obstacle = database.obstacle else {
                databases.append(database.name.text)
                continue
            }
            if obstacle == .strangeName || required.contains(database.name) {
                refusals.append(Refusal(database: database.name, reason: obstacle.text))
            } else {
                notes.append("the database \(database.name) is passed over: \(obstacle.text)")
            }
        }
        let known = Set(server.map(\.name))
        for name in required where !known.contains(name) {
            refusals.append(Refusal(database: name, reason: "the server has none of this name"))
        }
    }

    /// Those that can be worked on and those that cannot.
    var all: Set<ServerText> { Set(databases.map { ServerText($0) } + refusals.map(\.database)) }
}

/// How the databases of a job have changed since its last run.
struct DatabaseChanges: Sendable, Equatable {
    var found: [ServerText] = []
    var vanished: [ServerText] = []
    /// How many the last run saw.
    var before = 0

    /// `before` is nil where nobody remembers.
    init(from before: [ServerText]?, to now: [ServerText]) {
        guard let before else { return }
        self.before = before.count
        found = Set(now).subtracting(before).sorted()
        vanished = Set(before).subtracting(now).sorted()
    }

    /// Of several databases more than this part is gone: rather another server than another habit.
    func isLoss(limit: Double) -> Bool {
        before > 1 && Double(vanished.count) > limit * Double(before)
    }

    /// One sentence for each kind of change.
    var notes: [String] {
        var notes: [String] = []
        if !found.isEmpty { notes.append("new since the last run: \(Self.listed(found))") }
        if !vanished.isEmpty {
            notes.append("not on the server any more: \(Self.listed(vanished)); what was backed up of them stays")
        }
        return notes
    }

    static func listed(_ names: [ServerText]) -> String {
        let shown = names.prefix(20).map(\.text).joined(separator: ", ")
        return names.count > 20 ? "\(shown) and \(names.count - 20) more" : shown
    }
}

/// The names that the last run of a job saw.
struct RememberedDatabases: Sendable {
    let memory: any JobMemory
    let job: String

    private var name: String { "databases of \(job)" }

    func recall() async -> [ServerText]? {
        guard let text = await memory.memory(named: name) else { return nil }
        return try? JSONDecoder().decode([ServerText].self, from: Data(text.utf8))
    }

    func remember(_ databases: [ServerText]) async {
        guard let data = try? JSONEncoder().encode(databases) else { return }
        await memory.remember(String(decoding: data, as: UTF8.self), as: name)
    }
}
