import HTTPTransport
import JobModel

/// Reads an object by ranged GETs, each tried again alone. Several are under way while the caller uses the bytes before:
/// one connection is slower than the network, and each answer takes a while to begin.
actor S3Reader: ObjectReader {
    private let store: S3Store
    private let key: ObjectKey
    /// The ETag of the first answer: every further one must be of the same object.
    private let etag: String?
    private let end: Int64
    private var position: Int64
    private var first: [UInt8]?
    /// The GETs that are under way, in order, and where the one after them begins.
    private var ahead: [S3Exchange] = []
    private var positionToRequest: Int64

    /// Waits for the first bytes, so that a missing object shows at once.
    init(store: S3Store, key: ObjectKey, range: Range<Int64>?) async throws {
        self.store = store
        self.key = key
        let start = range?.lowerBound ?? 0
        position = start
        positionToRequest = start
        if let range, range.isEmpty {
            (end, etag) = (start, nil)
            return
        }
        let wanted = start..<min(range?.upperBound ?? .max, start + Int64(store.settings.readSizeInBytes))
        switch try await store.outcome(of: Self.request(store, key, wanted, etag: nil)) {
        case .success(let response):
            let piece = try Self.piece(response, wanted: wanted, key: key)
            guard range.map({ $0.upperBound <= piece.totalInBytes }) ?? true else {
                throw Self.tooShort(key, needed: range?.upperBound ?? 0, found: piece.totalInBytes)
            }
            end = range?.upperBound ?? piece.totalInBytes
            etag = response.header("ETag").flatMap { $0.isEmpty ? nil : $0 }
            first = piece.bytes
            positionToRequest += Int64(piece.bytes.count)
        case .failure(let problem) where problem.status == 416 && start == 0 && range == nil:
            // No byte of an empty object is in any range.
            (end, etag) = (0, nil)
        case .failure(let problem) where problem.status == 416:
            throw Self.tooShort(key, needed: range?.upperBound ?? 0, found: nil)
        case .failure(let problem): throw store.storageError(problem, object: key.description)
        }
    }

    func next() async throws -> [UInt8]? {
        try Task.checkCancellation()
        guard position < end else { return nil }
        let bytes = try await nextPiece()
        position += Int64(bytes.count)
        requestAhead()
        return bytes
    }

    private func nextPiece() async throws -> [UInt8] {
        if let first {
            self.first = nil
            return first
        }
        switch try await store.outcome(of: ahead.removeFirst()) {
        case .failure(let problem): throw store.storageError(problem, object: key.description)
        case .success(let response):
            if let etag, let now = response.header("ETag"), !now.isEmpty, now != etag {
                throw StorageError.damaged(object: key.description, reason: "it changed while it was read")
            }
            return try Self.piece(response, wanted: range(at: position), key: key).bytes
        }
    }

    /// After this there is one under way, unless the object is at its end.
    private func requestAhead() {
        while positionToRequest < end, ahead.count < max(1, store.settings.readsAhead) {
            ahead.append(store.begin(request(at: positionToRequest)))
            positionToRequest = range(at: positionToRequest).upperBound
        }
    }

    private func range(at position: Int64) -> Range<Int64> {
        position..<min(end, position + Int64(store.settings.readSizeInBytes))
    }

    private func request(at position: Int64) -> S3Request {
        Self.request(store, key, range(at: position), etag: etag)
    }

    private static func request(_ store: S3Store, _ key: ObjectKey, _ range: Range<Int64>, etag: String?) -> S3Request {
        var request = S3Request("GET", key: store.fullKey(key))
        request.headers = [HTTPHeader("range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)")]
        if let etag { request.headers.append(HTTPHeader("if-match", etag)) }
        // An error's document may be longer than a small range.
        request.responseLimitInBytes = range.count + (64 << 10)
        return request
    }

    /// The bytes of an answer, and how large the whole object is.
    private static func piece(
        _ response: HTTPResponse, wanted: Range<Int64>, key: ObjectKey
    ) throws -> (bytes: [UInt8], totalInBytes: Int64) {
        guard response.status == 206 else {
            // A store that ignores ranges has sent all of it; that serves where the beginning was asked for.
            guard wanted.lowerBound == 0, response.body.count <= wanted.count else {
                throw StorageError.failed(object: key.description, reason: "the store does not read ranges")
            }
            return (response.body, Int64(response.body.count))
        }
        guard let range = ContentRange(response), range.bytes.lowerBound == wanted.lowerBound,
            range.bytes.upperBound == min(wanted.upperBound, range.totalInBytes)
        else {
            throw StorageError.failed(
                object: key.description, reason: "the store answered another range than asked for")
        }
        return (response.body, range.totalInBytes)
    }

    private static func tooShort(_ key: ObjectKey, needed: Int64, found: Int64?) -> StorageError {
        let size = found.map { "it has \($0) bytes" } ?? "it is too short"
        return .damaged(object: key.description, reason: "\(size), at least \(needed) were expected")
    }
}
