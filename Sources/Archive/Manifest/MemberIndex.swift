import Foundation
import JobModel

/// Where the gzip members of each object begin and what they hold, for reading parts of an object and for reading it on
/// several threads. `members.json.gz` is an aid: nothing is lost without it.
package struct MemberIndex: Hashable, Sendable {
    /// One gzip member.
    package struct Member: Hashable, Sendable {
        /// From the beginning of the object, in bytes.
        package var offset: Int
        /// In the object, in bytes.
        package var length: Int
        package var rows: Int
        /// Inflated, in bytes.
        package var bytesRaw: Int

        package init(offset: Int, length: Int, rows: Int, bytesRaw: Int) {
            self.offset = offset
            self.length = length
            self.rows = rows
            self.bytesRaw = bytesRaw
        }
    }

    /// The object's name.
    package static let objectName = "members.json.gz"

    /// The newest version of the document that this dbops reads.
    package static let formatVersion = 1

    /// The members of each object, in order, by the object's name.
    package var objects: [String: [Member]]

    package init(objects: [String: [Member]] = [:]) {
        self.objects = objects
    }

    /// Adds the next member of an object; it begins where the one before it ends.
    package mutating func append(length: Int, rows: Int, bytesRaw: Int, to object: String) {
        let offset = objects[object]?.last.map { $0.offset + $0.length } ?? 0
        objects[object, default: []].append(
            Member(offset: offset, length: length, rows: rows, bytesRaw: bytesRaw))
    }
}

extension MemberIndex {
    /// The gzipped JSON document.
    package func encode(with compressor: some Compressor) throws(ArchiveError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let document = Document(formatVersion: Self.formatVersion, objects: objects.mapValues(Columns.init))
        do {
            return try compressor.member(Array(try encoder.encode(document)))
        } catch let error as ArchiveError {
            throw error
        } catch {
            throw ArchiveError.encodingFailed(object: Self.objectName, reason: String(describing: error))
        }
    }

    /// Reads ``encode(with:)``. Throws ``ArchiveError/damaged(object:reason:)``, also where it inflates to more than
    /// `limitInBytes`.
    package init(decoding bytes: [UInt8], limitInBytes: Int = 1 << 30) throws(ArchiveError) {
        let json = try MemberReader.inflate(bytes, object: Self.objectName, limitInBytes: limitInBytes)
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(json)),
            document.formatVersion == Self.formatVersion
        else { throw Self.damaged("it is not the JSON of an index") }
        objects = [:]
        for (name, columns) in document.objects {
            guard let members = columns.members else { throw Self.damaged("the columns of \(name) do not fit") }
            objects[name] = members
        }
    }

    private static func damaged(_ reason: String) -> ArchiveError {
        ArchiveError.damaged(object: objectName, reason: reason)
    }
}

private struct Document: Codable {
    let formatVersion: Int
    let objects: [String: Columns]

    private enum CodingKeys: String, CodingKey {
        case formatVersion = "format_version"
        case objects
    }
}

/// The members of one object by columns, which is smaller; offsets follow from lengths.
private struct Columns: Codable {
    let lengths: [Int]
    let rows: [Int]
    let bytesRaw: [Int]

    private enum CodingKeys: String, CodingKey {
        case lengths, rows
        case bytesRaw = "bytes_raw"
    }

    init(_ members: [MemberIndex.Member]) {
        lengths = members.map(\.length)
        rows = members.map(\.rows)
        bytesRaw = members.map(\.bytesRaw)
    }

    /// Nil where the columns differ in length or hold impossible figures.
    var members: [MemberIndex.Member]? {
        guard rows.count == lengths.count, bytesRaw.count == lengths.count else { return nil }
        var members: [MemberIndex.Member] = []
        var offset = 0
        for (length, (rows, bytesRaw)) in zip(lengths, zip(rows, bytesRaw)) {
            let (end, overflows) = offset.addingReportingOverflow(length)
            guard length > 0, rows >= 0, bytesRaw >= 0, !overflows else { return nil }
            members.append(MemberIndex.Member(offset: offset, length: length, rows: rows, bytesRaw: bytesRaw))
            offset = end
        }
        return members
    }
}
