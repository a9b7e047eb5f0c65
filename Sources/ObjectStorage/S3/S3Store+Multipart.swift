import Foundation
import HTTPTransport

/// A multipart upload in the making: at most one part is under way.
actor MultipartUpload {
    private let store: S3Store
    private let key: ObjectKey
    private let id: String
    private var parts: [UploadedPart] = []
    private var underWay: S3Exchange?
    private var hasCancelledPart = false

    init(store: S3Store, key: ObjectKey) async throws {
        self.store = store
        self.key = key
        let request = S3Request("POST", key: store.fullKey(key), query: [(name: "uploads", value: "")], body: [])
        let response = try await store.send(request, object: key.description)
        do throws(XMLReadingError) {
            id = try S3XML.uploadID(response.body)
        } catch {
            throw StorageError.failed(
                object: key.description, reason: "the answer to the upload's begin cannot be read: \(error.reason)")
        }
    }

    /// Lets a part go once the one before has arrived. Returns the memory of that one, emptied, to fill again: two
    /// buffers serve a whole upload.
    func send(_ body: [UInt8], hash: String) async throws -> [UInt8] {
        var spare = try await finishPart()
        let query = [(name: "partNumber", value: String(parts.count + 1)), (name: "uploadId", value: id)]
        underWay = store.begin(
            S3Request("PUT", key: store.fullKey(key), query: query, body: body, bodyHash: hash))
        spare.removeAll(keepingCapacity: true)
        return spare
    }

    /// Makes the object out of its parts.
    func complete(sizeInBytes: Int64) async throws {
        _ = try await finishPart()
        var request = S3Request(
            "POST", key: store.fullKey(key), query: [(name: "uploadId", value: id)],
            headers: [HTTPHeader("content-type", "application/xml")], body: S3XML.completionDocument(parts))
        request.stallTimeout = store.settings.completionTimeout
        try await store.complete(request, key: key, sizeInBytes: sizeInBytes, partCount: parts.count)
    }

    /// Gives the upload up; what the store does not do is left to the sweep of abandoned uploads.
    func abort() async {
        cancelPart()
        let request = S3Request("DELETE", key: store.fullKey(key), query: [(name: "uploadId", value: id)])
        _ = try? await store.outcome(of: request)
        // A part that the store was still taking may have outlived the first abort.
        if hasCancelledPart { _ = try? await store.outcome(of: request) }
    }

    /// Stops the part that is under way, so that whoever waits for it does not wait on.
    func cancelPart() {
        guard let exchange = underWay else { return }
        hasCancelledPart = true
        exchange.exchange.cancel()
    }

    /// The body of the part that has arrived; empty where none was under way.
    private func finishPart() async throws -> [UInt8] {
        guard let exchange = underWay else { return [] }
        defer { underWay = nil }
        switch try await store.outcome(of: exchange) {
        case .failure(let problem): throw store.storageError(problem, object: key.description)
        case .success(let response):
            guard let etag = response.header("ETag"), !etag.isEmpty else {
                throw StorageError.failed(object: key.description, reason: "the store took a part without an ETag")
            }
            parts.append(UploadedPart(number: parts.count + 1, etag: etag))
            return exchange.request.body
        }
    }
}

extension S3Store {
    /// `CompleteMultipartUpload` may have succeeded though its answer says otherwise or never came: the object itself
    /// decides. A second try after a success answers `NoSuchUpload`.
    func complete(_ request: S3Request, key: ObjectKey, sizeInBytes: Int64, partCount: Int) async throws {
        var attempt = 1
        while true {
            let problem: S3Problem
            switch try await verdict(on: begin(request)) {
            case .success(let response):
                guard let reason = Self.complaint(about: response) else { return }
                problem = .malformed(reason: reason)
            case .transient(let transient, _): problem = transient
            case .skewed(let skewed, let serverDate):
                setClock(serverDate)
                problem = skewed
            case .final(let final):
                guard final.code == "NoSuchUpload" else { throw storageError(final, object: key.description) }
                problem = final
            }
            if try await stands(key, sizeInBytes: sizeInBytes, partCount: partCount) { return }
            guard attempt < settings.retry.attempts, problem.code != "NoSuchUpload" else {
                throw storageError(problem, object: key.description)
            }
            try await pause(after: attempt)
            attempt += 1
        }
    }

    private static func complaint(about response: HTTPResponse) -> String? {
        do throws(XMLReadingError) {
            try S3XML.checkCompletion(response.body)
            return nil
        } catch {
            return "the answer to the upload's completion cannot be read: \(error.reason)"
        }
    }

    /// Whether the object is there as the upload makes it: its size, and where the ETag names a count of parts
    /// (`"…-3"`), that count.
    private func stands(_ key: ObjectKey, sizeInBytes: Int64, partCount: Int) async throws -> Bool {
        guard case .success(let response) = try await outcome(of: S3Request("HEAD", key: fullKey(key))),
            response.header("Content-Length").flatMap({ Int64($0) }) == sizeInBytes
        else { return false }
        let etag = (response.header("ETag") ?? "").filter { $0 != "\"" }
        guard let dash = etag.lastIndex(of: "-") else { return !Self.isPlainDigest(etag) }
        return Int(etag[etag.index(after: dash)...]) == partCount
    }

    /// The ETag of an object that was put at once.
    private static func isPlainDigest(_ etag: String) -> Bool {
        etag.count == 32 && etag.allSatisfy(\.isHexDigit)
    }
}
