/// Reads a pack strictly, as a stream: every byte belongs to a header in the form that we write, to a member's content,
/// to padding of zeros, or to the end, and nothing follows the end.
///
/// Hand bytes in with ``append(_:)``, then take members with ``next()`` until there is none. Memory: one member, beside
/// the bytes handed in.
package struct PackReader: Sendable {
    package struct Member: Hashable, Sendable {
        package let name: String
        package let content: [UInt8]
    }

    private let object: String
    private var bytes: [UInt8] = []
    private var position = 0
    /// Of the first of `bytes` in the object.
    private var offset = 0
    /// Of the member whose content has not all come.
    private var header: PackHeader?
    private var zeroBlocks = 0

    /// `object` names the object in errors.
    package init(object: String) {
        self.object = object
    }

    /// Hands in the object's next bytes; call it when ``next()`` has returned nil.
    package mutating func append(_ more: [UInt8]) {
        offset += position
        bytes = position == bytes.count ? more : Array(bytes[position...]) + more
        position = 0
    }

    /// The next member; nil where it takes more of the object to go on.
    /// Throws ``ArchiveError/damaged(object:reason:)``.
    package mutating func next() throws(ArchiveError) -> Member? {
        while let header = try nextHeader() {
            let padding = Pack.padding(of: header.sizeInBytes)
            guard let content = take(header.sizeInBytes + padding) else { return nil }
            self.header = nil
            guard content.suffix(padding).allSatisfy({ $0 == 0 }) else {
                throw damaged("there is something behind the end of \(header.name)")
            }
            return Member(name: header.name, content: Array(content.dropLast(padding)))
        }
        return nil
    }

    /// Throws where the object must not end here.
    package func finish() throws(ArchiveError) {
        guard isEnded else { throw damaged("it ends at byte \(offset + bytes.count), before its end mark") }
        guard position == bytes.count else { throw damaged("it was not read to its end") }
    }

    private var isEnded: Bool { zeroBlocks * PackHeader.blockSize == Pack.end.count }

    private mutating func nextHeader() throws(ArchiveError) -> PackHeader? {
        if let header { return header }
        while !isEnded {
            guard let block = take(PackHeader.blockSize) else { return nil }
            if block.allSatisfy({ $0 == 0 }) {
                zeroBlocks += 1
                continue
            }
            guard zeroBlocks == 0, let found = PackHeader(decoding: Array(block)),
                found.sizeInBytes <= Pack.largestMember
            else { throw damaged("no member begins at byte \(offset + position - PackHeader.blockSize)") }
            header = found
            return found
        }
        guard position == bytes.count else { throw damaged("bytes follow its end") }
        return nil
    }

    private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard bytes.count - position >= count else { return nil }
        position += count
        return bytes[(position - count)..<position]
    }

    private func damaged(_ reason: String) -> ArchiveError {
        ArchiveError.damaged(object: object, reason: reason)
    }
}
