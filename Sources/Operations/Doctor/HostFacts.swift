package import JobModel
package import Postgres

/// What this machine has for dbops to work with, at one moment. Pure values; see ``HostJudgment``.
package struct HostFacts: Sendable, Equatable {
    /// Of a file that ought to be private.
    package struct PrivateFile: Sendable, Equatable {
        package var path: String
        /// The permission bits.
        package var mode: UInt32
        /// libpq passes over a password file that others may read, without a word.
        package var isIgnoredWhenOpen: Bool

        package init(path: String, mode: UInt32, isIgnoredWhenOpen: Bool) {
            self.path = path
            self.mode = mode
            self.isIgnoredWhenOpen = isIgnoredWhenOpen
        }
    }

    package var versions: [String] = []
    package var now = CivilTime(secondsSinceEpoch: 0)
    /// When this dbops was made: no clock says less.
    package var notBefore = CivilTime(secondsSinceEpoch: 0)
    /// Nil where the zone files do not tell.
    package var zoneVersion: String?
    package var hasZoneFiles = true
    /// The file of certificate authorities; nil where none is in the usual places.
    package var authoritiesPath: String?
    package var hasLocaleUTF8 = true
    package var temporaryFolder = "/tmp"
    /// Nil where the system does not tell.
    package var freeTemporaryBytes: Int?
    /// Of `/dev/shm`, as a whole; nil where there is none.
    package var sharedMemoryBytes: Int?
    package var privateFiles: [PrivateFile] = []
    /// Folders that killed runs have left.
    package var leftovers: [String] = []
    /// Folders that `--keep` has left.
    package var kept: [String] = []
    package var dumpPrograms: [ClientTool] = []
    package var serverPrograms: [ClientTool] = []
    /// Where programs were looked for.
    package var programFolders: [String] = []

    package init() {}
}
