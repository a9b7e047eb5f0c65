import Archive
import JobModel
import Operations

/// How a backup stands after it was pinned, unpinned or accepted.
enum MarkRendering {
    private struct StandingObject: Encodable {
        let backup: String
        let url: String
        let pinned: Bool
        let accepted: Bool
    }

    static func print(
        _ source: BackupSource, _ standing: BackupMarks.Standing, after change: MarkOperation.Change, json: Bool,
        quiet: Bool
    ) throws {
        if json {
            return try JSONLine.print(
                StandingObject(
                    backup: source.folderName, url: source.url, pinned: standing.isPinned,
                    accepted: standing.isAccepted))
        }
        guard !quiet else { return }
        switch change {
        case .pin: StandardError.write("Pinned: \(source.url) stays until it is unpinned.")
        case .unpin: StandardError.write("Unpinned: the rules decide on \(source.url) again.")
        case .accept: StandardError.write("Accepted: \(source.url) counts as a good backup.")
        }
    }
}
