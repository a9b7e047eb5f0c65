import Crypto
import Foundation
import JobModel

extension Manifest {
    /// The document: pretty-printed JSON with sorted keys, for people and for `awk`.
    ///
    /// Its `checksum` is `sha256:` and the SHA-256 of the document in which the checksum's 64 digits are zeros.
    /// Throws ``ArchiveError/encodingFailed(object:reason:)`` where a figure is no number, which is a fault of ours.
    package func encode() throws(ArchiveError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            var document = Array(try encoder.encode(UnsealedManifest(manifest: self)))
            document.append(UInt8(ascii: "\n"))
            guard let seal = ManifestSeal(of: document) else {
                throw ArchiveError.encodingFailed(object: Self.objectName, reason: "its checksum has no place")
            }
            return seal.sealed(document)
        } catch let error as ArchiveError {
            throw error
        } catch {
            throw ArchiveError.encodingFailed(object: Self.objectName, reason: String(describing: error))
        }
    }

    /// Reads ``encode()``.
    ///
    /// A later format version is told apart before the checksum is judged, since its rules may be others:
    /// ``ArchiveError/newerManifest(formatVersion:known:object:)``. All else that is not exactly as it was written is
    /// ``ArchiveError/damaged(object:reason:)``. Keys that are not known are ignored where the checksum holds.
    package init(decoding document: [UInt8]) throws(ArchiveError) {
        let decoder = JSONDecoder()
        let data = Data(document)
        let version: Int
        do {
            version = try decoder.decode(ManifestVersion.self, from: data).formatVersion
        } catch {
            throw Self.damaged("it is not the JSON of a manifest")
        }
        guard version <= Self.formatVersion else {
            throw .newerManifest(formatVersion: version, known: Self.formatVersion)
        }
        guard version == Self.formatVersion else { throw Self.damaged("its format version is \(version)") }
        guard let seal = ManifestSeal(of: document), seal.holds(document) else {
            throw Self.damaged("its checksum is wrong")
        }
        do {
            self = try decoder.decode(Manifest.self, from: data)
        } catch {
            throw Self.damaged("a part of it is missing or of the wrong kind")
        }
    }

    private static func damaged(_ reason: String) -> ArchiveError {
        ArchiveError.damaged(object: objectName, reason: reason)
    }
}

/// The manifest with its version, and with zeros in place of its checksum.
private struct UnsealedManifest: Encodable {
    let manifest: Manifest

    private enum CodingKeys: String, CodingKey {
        case checksum
        case formatVersion = "format_version"
    }

    func encode(to encoder: any Encoder) throws {
        try manifest.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Manifest.formatVersion, forKey: .formatVersion)
        try container.encode(ManifestSeal.prefix + ManifestSeal.zeros, forKey: .checksum)
    }
}

private struct ManifestVersion: Decodable {
    let formatVersion: Int

    private enum CodingKeys: String, CodingKey {
        case formatVersion = "format_version"
    }
}

/// The place of the checksum in a manifest's text.
private struct ManifestSeal {
    static let prefix = "sha256:"
    static let zeros = String(repeating: "0", count: 64)

    /// A text in JSON cannot hold this: its quotes are escaped there.
    private static let mark = Array("\"checksum\" : \"\(prefix)".utf8)

    private let digits: Range<Int>

    /// Nil where the text has no checksum, or two.
    init?(of document: [UInt8]) {
        let places = document.ranges(of: Self.mark)
        guard places.count == 1, let place = places.first, place.upperBound + 64 <= document.count else { return nil }
        digits = place.upperBound..<(place.upperBound + 64)
    }

    func sealed(_ document: [UInt8]) -> [UInt8] {
        var document = document
        document.replaceSubrange(digits, with: checksum(of: document))
        return document
    }

    func holds(_ document: [UInt8]) -> Bool {
        document[digits].elementsEqual(checksum(of: document))
    }

    private func checksum(of document: [UInt8]) -> String.UTF8View {
        var document = document
        document.replaceSubrange(digits, with: Self.zeros.utf8)
        return Hexadecimal.text(of: SHA256.hash(data: document)).utf8
    }
}
