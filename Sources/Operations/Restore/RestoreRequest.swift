package import Postgres

/// What is to be restored, and into what.
package struct RestoreRequest: Sendable {
    package enum Destination: Sendable, Equatable {
        /// A database that is there: an empty one, or for a part of a backup one that lacks that part.
        case existing
        /// A database that is made for it.
        case new
        /// The place of a database that is there: the backup is restored beside it, proven, and swapped in by renaming.
        /// `disconnects`: sessions of the old one are ended at that moment; else they keep it from being replaced.
        case replacing(String, disconnects: Bool)
    }

    package var target: ConnectionInfo
    package var destination: Destination
    /// Default: all of it.
    package var selection: RestoreSelection
    /// Sessions that load, and indexes that are built, at the same time. Default: 4.
    package var jobs: Int
    /// Roles of the backup that the server lacks are made first, with their passwords, settings and memberships as far
    /// as the backup has them. Default: false.
    package var makesRoles: Bool

    /// The database that is filled in the end, for people.
    var displayText: String {
        guard case .replacing(let name, _) = destination else { return target.displayText }
        return target.with(database: name).displayText
    }

    package init(
        target: ConnectionInfo, destination: Destination = .existing, selection: RestoreSelection = .init(),
        jobs: Int = 4, makesRoles: Bool = false
    ) {
        self.target = target
        self.destination = destination
        self.selection = selection
        self.jobs = jobs
        self.makesRoles = makesRoles
    }
}
