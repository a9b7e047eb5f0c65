import Foundation
import HTTPTransport

/// A multipart upload in the making. Parts go as soon as the store's ``PartPool`` admits them, and arrive in any order.
actor MultipartUpload {
    private let store: S3Store
    private let key: ObjectKey
    private let id: String
    /// By part, in order; nil for those that have not arrived.
    private var etags: [String?] = []
    private var underWay: [Int: Task<Void, Never>] = [:]
    /// Of the first part that could not be sent.
    private var failure: (any Error)?
    private var isGivenUp = false
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

    /// Lets the next part go: waits until the pool admits it, not until it has arrived. Returns memory to fill with the
    /// one after. Throws what went wrong with any part before.
    func send(_ part: PartMemory) async throws -> [UInt8] {
        let spare = try await store.partPool.enter(part.count)
        do {
            if let failure { throw failure }
            if isGivenUp { throw CancellationError() }
        } catch {
            store.partPool.leave(part)
            throw error
        }
        etags.append(nil)
        let number = etags.count
        // A task of its own: it sees to further attempts while the sender fills the next part. Until it has ended it
        // is in `underWay`, and whoever ends the upload waits for it.
        underWay[number] = Task { await deliver(part, number: number) }
        return spare
    }

    /// Makes the object out of its parts.
    func complete(sizeInBytes: Int64) async throws {
        try await waitForParts()
        let parts = zip(1..., etags).map { UploadedPart(number: $0, etag: $1 ?? "") }
        var request = S3Request(
            "POST", key: store.fullKey(key), query: [(name: "uploadId", value: id)],
            headers: [HTTPHeader("content-type", "application/xml")], body: S3XML.completionDocument(parts))
        request.stallTimeout = store.settings.completionTimeout
        try await store.complete(request, key: key, sizeInBytes: sizeInBytes, partCount: parts.count)
    }

    /// Gives the upload up; what the store does not do is left to the sweep of abandoned uploads.
    func abort() async {
        cancelParts()
        for part in underWay.values { await part.value }
        let request = S3Request("DELETE", key: store.fullKey(key), query: [(name: "uploadId", value: id)])
        _ = try? await store.outcome(of: request)
        // A part that the store was still taking may have outlived the first abort.
        if hasCancelledPart { _ = try? await store.outcome(of: request) }
    }

    /// Stops the parts that are under way, so that whoever waits for them does not wait on. No other may follow.
    func cancelParts() {
        isGivenUp = true
        guard !underWay.isEmpty else { return }
        hasCancelledPart = true
        for part in underWay.values { part.cancel() }
    }

    private func deliver(_ part: PartMemory, number: Int) async {
        do {
            etags[number - 1] = try await store.deliver(part, number: number, upload: id, key: key)
        } catch {
            if failure == nil { failure = error }
            cancelParts()
        }
        underWay[number] = nil
        store.partPool.leave(part)
    }

    private func waitForParts() async throws {
        let parts = Array(underWay.values)
        await withTaskCancellationHandler {
            for part in parts { await part.value }
        } onCancel: {
            for part in parts { part.cancel() }
        }
        if Task.isCancelled { hasCancelledPart = true }
        try Task.checkCancellation()
        if let failure { throw failure }
    }
}

extension S3Store {
    /// Sends one part, with all its attempts; returns its ETag. The hash that signs it is made here, beside other parts.
    func deliver(_ part: PartMemory, number: Int, upload id: String, key: ObjectKey) async throws -> String {
        let query = [(name: "partNumber", value: String(number)), (name: "uploadId", value: id)]
        let response = try await send(
            S3Request("PUT", key: fullKey(key), query: query, body: part.bytes), object: key.description)
        guard let etag = response.header("ETag"), !etag.isEmpty else {
            throw StorageError.failed(object: key.description, reason: "the store took a part without an ETag")
        }
        return etag
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
