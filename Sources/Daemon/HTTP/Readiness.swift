import JobModel

/// Whether the daemon can do its work, and what keeps it from it. Pure.
struct Readiness: Sendable, Encodable {
    struct Part: Sendable, Encodable {
        /// `clock`, `history`, `database shop`, `store offsite`.
        let name: String
        let ready: Bool
        /// Nil where all is well.
        let reason: String?
    }

    let ready: Bool
    let parts: [Part]
    /// What does not keep it from its work, and somebody should know.
    let warnings: [String]

    init(of board: StatusBoard) {
        var obstacle: String?
        if board.isStarting { obstacle = "it is starting" }
        if board.isDraining { obstacle = "it is stopping" }
        var parts = [
            Part(name: "scheduler", ready: obstacle == nil, reason: obstacle),
            Part(name: "clock", ready: board.clockTrouble == nil, reason: board.clockTrouble),
            Part(name: "history", ready: board.historyTrouble == nil, reason: board.historyTrouble),
        ]
        parts += board.databases.map {
            Part(
                name: "database \($0.name)", ready: $0.isUp == true,
                reason: $0.isUp == nil ? "it was not asked yet" : $0.trouble)
        }
        parts += board.stores.map {
            Part(
                name: "store \($0.name)", ready: $0.isUp == true,
                reason: $0.isUp == nil ? "it was not asked yet" : $0.trouble)
        }
        self.parts = parts
        ready = parts.allSatisfy(\.ready)
        warnings =
            board.jobFileRefusal.map { ["the newest job file was refused; the old one is in force: \($0)"] } ?? []
    }

    /// What whoever shows no token may know.
    var brief: Readiness { Readiness(ready: ready) }

    private init(ready: Bool) {
        self.ready = ready
        parts = []
        warnings = []
    }
}
