import Foundation
import JobModel

/// What the beginning of a dump says about where it came from; nil where it does not say.
package struct DumpFacts: Hashable, Sendable {
    /// The version of the server that was dumped, for instance `15.20 (Debian 15.20-0+deb12u1)`.
    package private(set) var serverVersion: String?
    /// The version of pg_dump.
    package private(set) var programVersion: String?
    /// The client encoding, for instance `UTF8`.
    package private(set) var encoding: String?
    /// Of pg_dumpall's, the first role with every attribute: most often the one that made the cluster.
    package private(set) var bootstrapRole: String?

    /// `head` is the beginning of the dump, or of the `toc.dat` of a directory.
    package init(_ form: DumpForm, head: [UInt8]) {
        switch form {
        case .plain, .cluster: readScript(head)
        case .custom, .directory: readHeader(head)
        case .tar: readHeader(Array(head.dropFirst(TarHeader.size)))
        }
        encoding = Self.encoding(in: head)
    }

    private mutating func readScript(_ head: [UInt8]) {
        let attributes = " WITH SUPERUSER INHERIT CREATEROLE CREATEDB LOGIN REPLICATION BYPASSRLS"
        for line in head.split(separator: UInt8(ascii: "\n")) {
            if line.starts(with: "-- Dumped ".utf8), let remark = ScriptRemark(ServerText(bytes: line.dropFirst(2))) {
                if case .serverVersion(let version) = remark { serverVersion = serverVersion ?? version }
                if case .programVersion(let version) = remark { programVersion = programVersion ?? version }
            } else if bootstrapRole == nil, line.starts(with: "ALTER ROLE ".utf8) {
                let words = String(decoding: line.dropFirst("ALTER ROLE ".utf8.count), as: UTF8.self)
                guard let end = words.range(of: attributes) else { continue }
                bootstrapRole = words[..<end.lowerBound].filter { $0 != "\"" }
            }
        }
    }

    private mutating func readHeader(_ bytes: [UInt8]) {
        var buffer = TOCBuffer()
        buffer.bytes = bytes
        guard let header = try? TOCHeader(from: &buffer) else { return }
        serverVersion = header.serverVersion
        programVersion = header.dumpVersion
    }

    private static func encoding(in head: [UInt8]) -> String? {
        guard let place = head.firstRange(of: Array("SET client_encoding = '".utf8)) else { return nil }
        let name = head[place.upperBound...].prefix { $0 != UInt8(ascii: "'") }
        return name.count < 40 ? String(decoding: name, as: UTF8.self) : nil
    }
}
