import Foundation
import HTTPTransport
import JobModel

/// What killed writers have left: multipart uploads, whose parts are stored and paid for and never listed.
///
/// Source: "ListMultipartUploads" and "AbortMultipartUpload" in the Amazon S3 API reference.
extension S3Store {
    package func unfinishedUploads(under folder: ObjectKey) async throws -> [UnfinishedUpload] {
        let root = prefix.isEmpty ? "" : prefix + "/"
        var uploads: [UnfinishedUpload] = []
        var marker: S3XML.UploadPage.Marker?
        repeat {
            let page = try await uploadPage(prefix: fullKey(folder) + "/", after: marker)
            uploads += page.entries.compactMap { entry in
                // A server that knows no prefix lists the bucket's others too.
                guard entry.key.hasPrefix(fullKey(folder) + "/") else { return nil }
                return ObjectKey(validating: String(entry.key.dropFirst(root.count))).map {
                    UnfinishedUpload(key: $0, id: entry.id, touchedAt: entry.begunAt)
                }
            }
            guard page.next == nil || page.next != marker else {
                throw StorageError.failed(
                    object: location.url, reason: "its listing of uploads goes on with the same page for ever")
            }
            marker = page.next
        } while marker != nil
        return uploads.sorted { ($0.key, $0.id) < ($1.key, $1.id) }
    }

    package func giveUp(_ uploads: [UnfinishedUpload]) async throws {
        var failure: StorageError?
        for upload in uploads {
            let request = S3Request("DELETE", key: fullKey(upload.key), query: [(name: "uploadId", value: upload.id)])
            guard case .failure(let problem) = try await outcome(of: request),
                problem.status != 404 || problem.code == "NoSuchBucket"
            else { continue }
            failure = failure ?? storageError(problem, object: upload.key.description)
        }
        if let failure { throw failure }
    }

    private func uploadPage(prefix: String, after marker: S3XML.UploadPage.Marker?) async throws -> S3XML.UploadPage {
        // Without encoding-type: Ceph encodes the keys then, and does not say so. Ours need it in no store.
        var query = [("uploads", ""), ("prefix", prefix)]
        if let marker { query += [("key-marker", marker.key), ("upload-id-marker", marker.id)] }
        var request = S3Request("GET", key: nil, query: query.map { (name: $0.0, value: $0.1) })
        request.responseLimitInBytes = 8 << 20
        let response = try await send(request, object: location.url)
        do throws(XMLReadingError) {
            return try S3XML.uploadPage(response.body)
        } catch {
            throw StorageError.failed(
                object: location.url, reason: "its listing of uploads cannot be read: \(error.reason)")
        }
    }
}
