/// How a dump of PostgreSQL's programs is written.
package enum DumpForm: String, Hashable, Sendable {
    /// SQL of pg_dump, or of pg_restore.
    case plain = "plain SQL of pg_dump"
    /// SQL of pg_dumpall.
    case cluster = "plain SQL of pg_dumpall"
    /// One file: `pg_dump -Fc`.
    case custom = "custom archive (pg_dump -Fc)"
    /// `pg_dump -Ft`.
    case tar = "tar archive (pg_dump -Ft)"
    /// A folder: `pg_dump -Fd`.
    case directory = "directory archive (pg_dump -Fd)"

    package var isScript: Bool { self == .plain || self == .cluster }
}

/// What a dump may be wrapped in.
package enum DumpCompression: String, Hashable, Sendable, CaseIterable {
    case gzip
    case zstd
    case lz4
    case xz
    case bzip2

    /// The bytes with which it begins.
    var magic: [UInt8] {
        switch self {
        case .gzip: [0x1f, 0x8b, 8]
        case .zstd: [0x28, 0xb5, 0x2f, 0xfd]
        case .lz4: [0x04, 0x22, 0x4d, 0x18]
        case .xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]
        case .bzip2: Array("BZh".utf8)
        }
    }
}

/// What the first bytes of a file say that it is; its name says nothing.
package enum DumpRecognition: Hashable, Sendable {
    case compressed(DumpCompression)
    case dump(DumpForm)
    /// What it is in place of a dump, and what may help.
    case noDump(what: String, hint: String)

    /// How many bytes from the beginning are enough, where there are so many.
    package static let headInBytes = 256 << 10

    /// `head` is all, or the first ``headInBytes``, of what a file holds.
    package init(head: [UInt8]) {
        if let compression = DumpCompression.allCases.first(where: { head.starts(with: $0.magic) }) {
            self = .compressed(compression)
        } else if head.starts(with: Array("PGDMP".utf8)) {
            self = .dump(.custom)
        } else if let member = TarHeader(head.prefix(TarHeader.size)) {
            self = Self.tar(firstMember: member.name)
        } else if let form = Self.script(head) {
            self = .dump(form)
        } else {
            self = Self.strange(head)
        }
    }

    private static func script(_ head: [UInt8]) -> DumpForm? {
        for line in head.split(separator: UInt8(ascii: "\n")) where line.starts(with: Array("-- PostgreSQL".utf8)) {
            let text = String(decoding: line, as: UTF8.self).filter { $0 != "\r" && $0 != "\r\n" }
            if text == "-- PostgreSQL database dump" { return .plain }
            if text == "-- PostgreSQL database cluster dump" { return .cluster }
        }
        return nil
    }

    private static func tar(firstMember name: String) -> DumpRecognition {
        if name == "toc.dat" { return .dump(.tar) }
        if name.hasSuffix("toc.dat") || name.hasSuffix("/") {
            return .noDump(
                what: "a tar archive that begins with \(name)",
                hint: "If it is a packed dump directory, unpack it (tar -xf) and name the directory.")
        }
        let isBaseBackup = ["backup_label", "PG_VERSION", "backup_manifest"].contains(name)
        return .noDump(
            what: isBaseBackup
                ? "a base backup (pg_basebackup), not a dump"
                : "a tar archive that begins with \(name), not one of pg_dump",
            hint: isBaseBackup ? "Verify it with pg_verifybackup, or start a server on it." : Self.lookElsewhere)
    }

    static let lookElsewhere = "Look for where the dump went: the job that made this file should be mended first."
}
