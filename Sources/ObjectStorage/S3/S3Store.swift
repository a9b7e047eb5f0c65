import Foundation
package import HTTPTransport
package import JobModel
import Synchronization

/// A bucket of S3 or of a store that speaks its API, or a prefix in it.
///
/// Small objects are one PUT, larger ones multipart uploads; readers use ranged GETs. Every request is tried again
/// as ``RetryPolicy`` says, signed anew each time.
/// Source: Amazon S3 API reference, version 2006-03-01.
package final class S3Store: ObjectStore {
    package let location: StoreLocation
    let bucket: String
    let prefix: String
    let endpoint: S3Endpoint
    let signer: RequestSigner
    let settings: S3Settings
    let surroundings: S3Surroundings
    let transport: CurlTransport
    let memory = Mutex(Memory())
    /// Of the parts that all writers have on their way.
    let partPool: PartPool

    /// What a store learns from answers.
    struct Memory {
        /// The store's clock minus ours, in seconds.
        var clockOffset: TimeInterval = 0
        var hasAnswered = false
        var lacksBatchDelete = false
        /// Nil before it was tried.
        var conditions: ConditionSupport?
    }

    /// `endpoint` is an URL; nil is AWS itself. Throws ``StorageError/configuration`` where it is none.
    package init(
        location: S3Location, endpoint: String?, region: String, credentials: S3Credentials,
        transport: CurlTransport, settings: S3Settings = S3Settings(),
        surroundings: S3Surroundings = S3Surroundings()
    ) throws(StorageError) {
        self.location = .s3(location)
        bucket = location.bucket
        prefix = location.prefix
        self.endpoint = try S3Endpoint(location: location, endpoint: endpoint, region: region)
        signer = RequestSigner(credentials: credentials, region: region)
        self.settings = settings
        partPool = PartPool(limitInBytes: settings.bytesUnderWay)
        self.surroundings = surroundings
        self.transport = transport
    }

    package func info(_ key: ObjectKey) async throws -> ObjectInfo? {
        let request = S3Request("HEAD", key: fullKey(key))
        switch try await outcome(of: request) {
        case .success(let response): return try Self.info(key, response)
        case .failure(let problem) where problem.status == 404:
            try await requireBucket()
            return nil
        case .failure(let problem): throw storageError(problem, object: key.description)
        }
    }

    package func reader(for key: ObjectKey, range: Range<Int64>?) async throws -> any ObjectReader {
        try await S3Reader(store: self, key: key, range: range)
    }

    package func writer(for key: ObjectKey) async throws -> any ObjectWriter {
        S3Writer(store: self, key: key, partPlan: settings.partPlan)
    }

    package func writer(for key: ObjectKey, expectedSizeInBytes: Int) async throws -> any ObjectWriter {
        S3Writer(store: self, key: key, partPlan: settings.partPlan.expecting(expectedSizeInBytes))
    }

    /// The name in the bucket.
    func fullKey(_ key: ObjectKey) -> String { prefix.isEmpty ? key.description : "\(prefix)/\(key)" }

    private static func info(_ key: ObjectKey, _ response: HTTPResponse) throws -> ObjectInfo {
        guard let size = response.header("Content-Length").flatMap({ Int64($0) }),
            let modified = response.header("Last-Modified").flatMap(S3Time.date(fromHeader:))
        else {
            throw StorageError.failed(object: key.description, reason: "an answer without size or date")
        }
        return ObjectInfo(key: key, sizeInBytes: size, modifiedAt: modified)
    }

    /// The answer to HEAD has no body, so a missing bucket looks like a missing object. Where we may not ask for
    /// the bucket, the object is taken as missing.
    func requireBucket() async throws {
        guard case .failure(let problem) = try await outcome(of: S3Request("HEAD", key: nil)), problem.status == 404
        else { return }
        let refusal = S3Refusal(status: 404, code: "NoSuchBucket", message: "The specified bucket does not exist")
        throw storageError(.refusal(refusal), object: location.url)
    }
}
