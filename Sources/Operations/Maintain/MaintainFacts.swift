import JobModel
import Postgres

/// What is known of a database before it is decided what to do there.
struct MaintainFacts: Sendable, Equatable {
    /// As servers number themselves: 150020 is 15.20.
    var serverVersion: Int
    var isInRecovery = false
    /// By the server's clock, in seconds since 1970.
    var now = 0.0
    var pageSize = 8_192
    var autovacuum = AutovacuumSettings()
    var tables: [TableFacts] = []
    /// Children by parent, of partitions and of inheritance.
    var children: [UInt32: [UInt32]] = [:]
    /// The oldest first.
    var holders: [XminHolder] = []
    /// Who works on a table already, for people, by the table's identifier.
    var busy: [UInt32: String] = [:]
    /// Dumps of this database that run now, for people.
    var dumps: [String] = []

    /// All tables below a parent that have rows.
    func leaves(below parent: UInt32) -> Set<UInt32> {
        var leaves: Set<UInt32> = []
        var seen: Set<UInt32> = [parent]
        var queue = children[parent] ?? []
        while let next = queue.popLast() {
            guard seen.insert(next).inserted else { continue }
            if let more = children[next] { queue += more }
            leaves.insert(next)
        }
        return leaves
    }
}

extension MaintainFacts {
    /// All tables below a parent that have tables below themselves.
    func partitioned(below parent: UInt32) -> Set<UInt32> {
        var found: Set<UInt32> = []
        var queue = children[parent] ?? []
        while let next = queue.popLast() {
            guard let more = children[next], found.insert(next).inserted else { continue }
            queue += more
        }
        return found
    }
}
