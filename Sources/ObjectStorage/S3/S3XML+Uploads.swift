import Foundation

extension S3XML {
    /// One answer of `ListMultipartUploads`.
    struct UploadPage: Equatable {
        struct Entry: Equatable {
            let key: String
            let id: String
            let begunAt: Date
        }

        /// Where the next page begins.
        struct Marker: Equatable {
            let key: String
            let id: String
        }

        var entries: [Entry] = []
        /// Nil on the last page.
        var next: Marker?
    }

    static func uploadPage(_ bytes: [UInt8]) throws(XMLReadingError) -> UploadPage {
        let root = try document("ListMultipartUploadsResult", bytes)
        let isEncoded = root["EncodingType"]?.text.lowercased() == "url"
        var page = UploadPage()
        for upload in root.children(named: "Upload") {
            guard let key = upload["Key"]?.text, let id = upload["UploadId"]?.text, !id.isEmpty,
                let begun = upload["Initiated"].flatMap({ S3Time.date(fromListing: $0.text) })
            else { throw XMLReadingError(reason: "an upload without key, id or date") }
            page.entries.append(
                UploadPage.Entry(key: try decoded(key, isEncoded: isEncoded), id: id, begunAt: begun))
        }
        if root["IsTruncated"]?.text == "true" {
            guard let key = root["NextKeyMarker"]?.text, !key.isEmpty else {
                throw XMLReadingError(reason: "a listing that goes on, without a key to go on with")
            }
            page.next = UploadPage.Marker(
                key: try decoded(key, isEncoded: isEncoded), id: root["NextUploadIdMarker"]?.text ?? "")
        }
        return page
    }
}
