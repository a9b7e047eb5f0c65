/// Many small files in one object, in a form that stock `tar -xf` unpacks: a ustar archive of regular files, ended by
/// two blocks of zeros.
package enum Pack {
    /// No member that ``PackReader`` takes is larger, in bytes.
    package static let largestMember = 64 << 20

    /// What stands behind the last member.
    package static let end = [UInt8](repeating: 0, count: 2 * PackHeader.blockSize)

    /// Adds a member behind the pack's bytes so far: header, content, padding. `modifiedAt` is in seconds since 1970.
    ///
    /// `name` has less than 100 bytes, `content` no more than ``largestMember``.
    package static func append(_ content: [UInt8], named name: String, modifiedAt: Int, to bytes: inout [UInt8]) {
        precondition(content.count <= largestMember, "a pack's members are bounded")
        bytes += PackHeader(name: name, sizeInBytes: content.count, modifiedAt: modifiedAt).bytes
        bytes += content
        bytes += repeatElement(0, count: padding(of: content.count))
    }

    /// The zeros between content of this size and the next block.
    static func padding(of sizeInBytes: Int) -> Int {
        -sizeInBytes & (PackHeader.blockSize - 1)
    }
}
