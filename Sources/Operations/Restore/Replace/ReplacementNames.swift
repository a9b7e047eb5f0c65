import JobModel
import Postgres

/// What the databases of a replacement are called. Pure.
struct ReplacementNames: Sendable, Equatable {
    /// The database that is replaced.
    let name: String
    /// The restored one until then.
    let temporary: String
    /// The old one afterwards.
    let kept: String

    static let temporaryPrefix = "dbops_restore_"
    /// `NAMEDATALEN` less one.
    private static let longestNameInBytes = 63

    init(_ name: String, runID: RunID, at instant: CivilTime) {
        self.name = name
        temporary = "\(Self.temporaryPrefix)\(runID)"
        let time = instant.compactText.dropLast().replacing("T", with: "_")
        let suffix = "_before_\(time)"
        var stem = name
        while stem.utf8.count + suffix.utf8.count > Self.longestNameInBytes { stem.removeLast() }
        kept = stem + suffix
    }

    /// The renames, in order.
    var swap: [String] {
        [
            "ALTER DATABASE \(quoted(name)) RENAME TO \(quoted(kept));",
            "ALTER DATABASE \(quoted(temporary)) RENAME TO \(quoted(name));",
        ]
    }

    /// The way back.
    var swapBack: [String] {
        [
            "ALTER DATABASE \(quoted(name)) RENAME TO \(quoted(temporary));",
            "ALTER DATABASE \(quoted(kept)) RENAME TO \(quoted(name));",
        ]
    }

    var report: RestoreReport.Replaced {
        .init(database: name, keptAs: kept, drop: "DROP DATABASE \(quoted(kept));", swapBack: swapBack)
    }

    private func quoted(_ name: String) -> String { ServerText(name).quotedAsIdentifier.text }
}
