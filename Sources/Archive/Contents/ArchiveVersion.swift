/// The version of pg_dump's archive format, as its header states it.
///
/// PostgreSQL 11 writes 1.13, 12 to 15 write 1.14, 16 writes 1.15, 17 and 18 write 1.16.
/// Source: PostgreSQL's `pg_backup_archiver.h`.
package struct ArchiveVersion: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let major: Int
    package let minor: Int

    package init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// The versions that dbops reads and rewrites.
    package static let known = ArchiveVersion(1, 13)...ArchiveVersion(1, 16)

    /// From here on entries name a table access method.
    static let tableAccessMethods = ArchiveVersion(1, 14)
    /// From here on the header states a compression algorithm, before it a level.
    static let compressionAlgorithms = ArchiveVersion(1, 15)
    /// From here on entries state a relkind, and large objects come in groups.
    static let largeObjectGroups = ArchiveVersion(1, 16)

    /// `1.14`
    package var description: String { "\(major).\(minor)" }

    package static func < (left: ArchiveVersion, right: ArchiveVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }
}
