import Foundation

/// The documents of the S3 API, as values. Source: the operations' pages in the Amazon S3 API reference.
enum S3XML {
    /// One answer of `ListObjectsV2`.
    struct ListPage: Equatable {
        struct Entry: Equatable {
            let key: String
            let sizeInBytes: Int64
            let modifiedAt: Date
        }

        var entries: [Entry] = []
        /// With the delimiter at the end, as the store gives them.
        var commonPrefixes: [String] = []
        /// Nil on the last page.
        var continuationToken: String?
    }

    /// What went wrong with one key of a `DeleteObjects`.
    struct DeleteFailure: Equatable {
        let key: String
        let code: String
        let message: String
    }

    static func listPage(_ bytes: [UInt8]) throws(XMLReadingError) -> ListPage {
        let root = try document("ListBucketResult", bytes)
        let isEncoded = root["EncodingType"]?.text.lowercased() == "url"
        var page = ListPage()
        for content in root.children(named: "Contents") {
            guard let key = content["Key"]?.text, let size = content["Size"].flatMap({ Int64($0.text) }),
                let modified = content["LastModified"].flatMap({ S3Time.date(fromListing: $0.text) })
            else { throw XMLReadingError(reason: "an object without key, size or date") }
            page.entries.append(
                ListPage.Entry(key: try decoded(key, isEncoded: isEncoded), sizeInBytes: size, modifiedAt: modified))
        }
        for folder in root.children(named: "CommonPrefixes") {
            page.commonPrefixes.append(try decoded(folder["Prefix"]?.text ?? "", isEncoded: isEncoded))
        }
        if root["IsTruncated"]?.text == "true" {
            guard let token = root["NextContinuationToken"]?.text, !token.isEmpty else {
                throw XMLReadingError(reason: "a listing that goes on, without a token to go on with")
            }
            page.continuationToken = token
        }
        return page
    }

    static func uploadID(_ bytes: [UInt8]) throws(XMLReadingError) -> String {
        guard let id = try document("InitiateMultipartUploadResult", bytes)["UploadId"]?.text, !id.isEmpty else {
            throw XMLReadingError(reason: "an upload without an id")
        }
        return id
    }

    /// Reads the answer to `CompleteMultipartUpload`. Nothing in it is needed: Ceph 16 sends an empty ETag, and the
    /// names in it are those of the store's own mind.
    static func checkCompletion(_ bytes: [UInt8]) throws(XMLReadingError) {
        _ = try document("CompleteMultipartUploadResult", bytes)
    }

    static func deleteFailures(_ bytes: [UInt8]) throws(XMLReadingError) -> [DeleteFailure] {
        try document("DeleteResult", bytes).children(named: "Error").map { error in
            DeleteFailure(
                key: error["Key"]?.text ?? "", code: error["Code"]?.text ?? "", message: error["Message"]?.text ?? "")
        }
    }

    /// Nil where the bytes are no error document.
    static func error(_ bytes: [UInt8]) -> XMLElement? {
        guard let root = try? XMLReader.root(of: bytes), root.name == "Error" else { return nil }
        return root
    }

    static func deleteDocument(_ keys: [String]) -> [UInt8] {
        let objects = keys.map { XMLElement(name: "Object", children: [XMLElement(name: "Key", text: $0)]) }
        return Array(
            XMLElement(name: "Delete", children: [XMLElement(name: "Quiet", text: "true")] + objects).document.utf8)
    }

    static func completionDocument(_ parts: [UploadedPart]) -> [UInt8] {
        let elements = parts.map { part in
            XMLElement(
                name: "Part",
                children: [
                    XMLElement(name: "PartNumber", text: String(part.number)),
                    XMLElement(name: "ETag", text: part.etag),
                ])
        }
        return Array(XMLElement(name: "CompleteMultipartUpload", children: elements).document.utf8)
    }

    /// A key as a listing writes it.
    static func decoded(_ text: String, isEncoded: Bool) throws(XMLReadingError) -> String {
        guard isEncoded else { return text }
        guard let text = PercentEncoding.decoded(text) else {
            throw XMLReadingError(reason: "a key that is not well encoded")
        }
        return text
    }

    static func document(_ name: String, _ bytes: [UInt8]) throws(XMLReadingError) -> XMLElement {
        let root = try XMLReader.root(of: bytes)
        guard root.name == name else { throw XMLReadingError(reason: "<\(root.name)> in place of <\(name)>") }
        return root
    }
}

/// A part that the store has taken.
struct UploadedPart: Equatable, Sendable {
    let number: Int
    /// As the store gave it, with its quotes.
    let etag: String
}
