import CISAL
import Synchronization

/// Reads an object of concatenated gzip members strictly: every byte belongs to a member, every header is as expected,
/// CRC-32 and length of every member hold, and the object ends where a member ends.
///
/// Stock tools are lenient here: they take a cut between members for the end, and bytes that are no gzip for plain
/// text. A cut between members is no fault of gzip's; ``TableDataReader`` notices it by the terminator.
///
/// Hand bytes in with ``append(_:)``, then take pieces with ``next()`` until there is none. Memory: one piece, beside
/// the bytes handed in. Calls from several tasks are safe but make no sense.
///
/// Source: RFC 1952; `isal_inflate` of ISA-L's igzip_lib.h.
package final class MemberReader: Sendable {
    /// No piece of ``next()`` is larger, in bytes.
    package static let largestPiece = 512 * 1024

    /// The lock owns the state, so that the C structure is never used by two threads at once.
    private let state: Mutex<MemberInflate>

    /// `object` names the object in errors.
    package init(object: String, header: GzipHeader = .canonical) {
        state = Mutex(MemberInflate(object: object, header: header))
    }

    /// Hands in the object's next bytes; call it when ``next()`` has returned nil.
    package func append(_ bytes: [UInt8]) {
        state.withLock { $0.append(bytes) }
    }

    /// The next inflated bytes; nil where it takes more of the object to go on.
    /// Throws ``ArchiveError/damaged(object:reason:)``.
    package func next() throws(ArchiveError) -> [UInt8]? {
        try state.withLock { state throws(ArchiveError) in try state.next() }
    }

    /// Throws where the object must not end here.
    package func finish() throws(ArchiveError) {
        try state.withLock { state throws(ArchiveError) in try state.finish() }
    }

    /// Begins with another object, in the memory of the one before, which ``finish()`` has found whole.
    package func restart(object: String) {
        state.withLock { $0.restart(object: object) }
    }

    /// How many whole members have been read.
    package var memberCount: Int {
        state.withLock { $0.memberCount }
    }

    /// Inflates a small object at once. Throws where it is damaged or has more than `limitInBytes` bytes inflated.
    package static func inflate(
        _ bytes: [UInt8], object: String, limitInBytes: Int, header: GzipHeader = .canonical
    ) throws(ArchiveError) -> [UInt8] {
        let reader = MemberReader(object: object, header: header)
        reader.append(bytes)
        var inflated: [UInt8] = []
        while let piece = try reader.next() {
            inflated += piece
            guard inflated.count <= limitInBytes else {
                throw .damaged(object: object, reason: "it inflates to more than \(limitInBytes) bytes")
            }
        }
        try reader.finish()
        return inflated
    }
}
