import HTTPTransport
import JobModel
import Synchronization

/// Writes with `If-None-Match: *` and `If-Match: ETAG`.
///
/// Source: "Add preconditions to S3 operations with conditional requests" in the Amazon S3 user guide.
extension S3Store {
    package func current(_ key: ObjectKey) async throws -> CurrentObject? {
        var request = S3Request("GET", key: fullKey(key))
        request.responseLimitInBytes = CurrentObject.limitInBytes
        switch try await outcome(of: request) {
        case .success(let response):
            guard let etag = response.header("ETag"), !etag.isEmpty,
                let modified = response.header("Last-Modified").flatMap(S3Time.date(fromHeader:))
            else {
                throw StorageError.failed(object: key.description, reason: "an answer without ETag or date")
            }
            return CurrentObject(bytes: response.body, version: ObjectVersion(etag), modifiedAt: modified)
        case .failure(let problem) where problem.status == 404:
            try await requireBucket()
            return nil
        case .failure(let problem): throw storageError(problem, object: key.description)
        }
    }

    package func write(
        _ bytes: [UInt8], to key: ObjectKey, if condition: WriteCondition
    ) async throws -> ConditionalWrite {
        let support = try await conditionSupport(near: key)
        guard let header = support.header(for: condition) else { return .unsupported }
        let request = S3Request("PUT", key: fullKey(key), headers: [header], body: bytes)
        switch try await outcome(of: request) {
        case .success(let response):
            if let etag = response.header("ETag"), !etag.isEmpty { return .written(ObjectVersion(etag)) }
        case .failure(let problem) where problem.isUnmetCondition: break
        case .failure(let problem): throw storageError(problem, object: key.description)
        }
        // A first attempt may have written what the second was refused for.
        guard let now = try await current(key), now.bytes == bytes else { return .refused }
        return .written(now.version)
    }

    /// How the store takes conditions. Some refuse them, and some pass over them without a word and write all the same,
    /// so it is tried once on an object of our own.
    private func conditionSupport(near key: ObjectKey) async throws -> ConditionSupport {
        if let known = memory.withLock({ $0.conditions }) { return known }
        let digits = Hexadecimal.text(of: (0..<8).map { _ in UInt8.random(in: 0...255) })
        guard let probe = ObjectKey(validating: "\(key).probe-\(digits)") else { return .none }
        let support: ConditionSupport
        do {
            support = try await tryConditions(on: probe)
        } catch {
            await Task { try? await self.delete([probe]) }.value
            throw error
        }
        try await delete([probe])
        memory.withLock { $0.conditions = support }
        return support
    }

    private func tryConditions(on probe: ObjectKey) async throws -> ConditionSupport {
        _ = try await write([], to: probe)
        guard let there = try await current(probe)?.version else { return .none }
        let other = ObjectVersion("\"\(String(repeating: "0", count: 32))\"")
        for support in [ConditionSupport.quoted, .bare] {
            guard try await takes(.absent, probe, support) == false,
                try await takes(.unchanged(other), probe, support) == false
            else { return .none }
            if try await takes(.unchanged(there), probe, support) == true { return support }
        }
        return .none
    }

    /// Whether the probe can be written under this condition; nil where the store does not know it.
    private func takes(_ condition: WriteCondition, _ probe: ObjectKey, _ support: ConditionSupport) async throws
        -> Bool?
    {
        guard let header = support.header(for: condition) else { return nil }
        switch try await outcome(of: S3Request("PUT", key: fullKey(probe), headers: [header], body: [])) {
        case .success: return true
        case .failure(let problem) where problem.isUnmetCondition: return false
        case .failure(let problem) where problem.status == 501 || problem.status == 400: return nil
        case .failure(let problem): throw storageError(problem, object: probe.description)
        }
    }
}

/// How a store takes conditions on a PUT.
enum ConditionSupport: Sendable {
    case none
    /// With the ETag as the store gives it, in quotes. Source: RFC 9110, 13.1.1.
    case quoted
    /// With the ETag out of its quotes, as some releases of Ceph compare it.
    case bare

    func header(for condition: WriteCondition) -> HTTPHeader? {
        switch (self, condition) {
        case (.none, _): nil
        case (_, .absent): HTTPHeader("if-none-match", "*")
        case (.quoted, .unchanged(let version)): HTTPHeader("if-match", version.text)
        case (.bare, .unchanged(let version)): HTTPHeader("if-match", version.text.filter { $0 != "\"" })
        }
    }
}

extension S3Problem {
    /// 409 comes where several conditional writes meet, 404 where the object to be replaced is gone.
    fileprivate var isUnmetCondition: Bool {
        status == 412 || status == 409 || status == 404 && code != "NoSuchBucket"
    }
}
