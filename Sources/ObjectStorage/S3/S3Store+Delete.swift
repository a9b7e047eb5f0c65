import Crypto
import Foundation
import HTTPTransport
import JobModel
import Synchronization

extension S3Store {
    /// In batches of 1,000; one by one where the store has no batches.
    package func delete(_ keys: [ObjectKey]) async throws {
        var failures: [(key: ObjectKey, problem: S3Problem)] = []
        var rest = keys[...]
        while !rest.isEmpty {
            let batch = rest.prefix(Self.batchSize)
            rest = rest.dropFirst(batch.count)
            failures += try await deleteBatch(Array(batch))
        }
        guard let first = failures.first else { return }
        let others = failures.count > 1 ? " and \(failures.count - 1) more" : ""
        throw storageError(first.problem, object: "\(first.key)\(others)")
    }

    /// What the API allows in one `DeleteObjects`.
    private static let batchSize = 1_000

    private typealias Failure = (key: ObjectKey, problem: S3Problem)

    private func deleteBatch(_ keys: [ObjectKey]) async throws -> [Failure] {
        // A control character cannot stand in XML.
        let fitting = keys.filter { XMLElement.canHold(fullKey($0)) }
        guard fitting.count > 1, !memory.withLock({ $0.lacksBatchDelete }) else { return try await deleteSingly(keys) }
        switch try await outcome(of: batchRequest(fitting)) {
        case .failure(let problem) where lacksBatchDelete(problem):
            memory.withLock { $0.lacksBatchDelete = true }
            return try await deleteSingly(keys)
        case .failure(let problem):
            throw storageError(problem, object: location.url)
        case .success(let response):
            let refused = try deleteFailures(response, of: fitting)
            // One by one they get their attempts, and their own words.
            return try await deleteSingly(refused + keys.filter { !XMLElement.canHold(fullKey($0)) })
        }
    }

    private func batchRequest(_ keys: [ObjectKey]) -> S3Request {
        let body = S3XML.deleteDocument(keys.map(fullKey))
        let digest = Data(Insecure.MD5.hash(data: body)).base64EncodedString()
        var request = S3Request(
            "POST", key: nil, query: [(name: "delete", value: "")],
            headers: [HTTPHeader("content-md5", digest), HTTPHeader("content-type", "application/xml")], body: body)
        request.responseLimitInBytes = 8 << 20
        return request
    }

    /// A store that does not know the operation, or knows it otherwise.
    private func lacksBatchDelete(_ problem: S3Problem) -> Bool {
        switch problem.status {
        case 400, 405, 411, 501: true
        default: false
        }
    }

    /// The keys that the store did not delete.
    private func deleteFailures(_ response: HTTPResponse, of keys: [ObjectKey]) throws -> [ObjectKey] {
        do throws(XMLReadingError) {
            let refused = Set(try S3XML.deleteFailures(response.body).map(\.key))
            return refused.isEmpty ? [] : keys.filter { refused.contains(fullKey($0)) }
        } catch {
            throw StorageError.failed(
                object: location.url, reason: "its answer to a deletion cannot be read: \(error.reason)")
        }
    }

    private func deleteSingly(_ keys: [ObjectKey]) async throws -> [Failure] {
        try await withThrowingTaskGroup(of: Failure?.self) { group in
            var rest = keys[...]
            var failures: [Failure] = []
            for key in rest.prefix(8) { group.addTask { try await self.deleteOne(key) } }
            rest = rest.dropFirst(8)
            while let failure = try await group.next() {
                if let failure { failures.append(failure) }
                if let key = rest.popFirst() { group.addTask { try await self.deleteOne(key) } }
            }
            return failures
        }
    }

    private func deleteOne(_ key: ObjectKey) async throws -> Failure? {
        switch try await outcome(of: S3Request("DELETE", key: fullKey(key))) {
        case .success: return nil
        case .failure(let problem) where problem.status == 404 && problem.code != "NoSuchBucket": return nil
        case .failure(let problem): return (key, problem)
        }
    }
}
