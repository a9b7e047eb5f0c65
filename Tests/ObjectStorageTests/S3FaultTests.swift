import Foundation
import HTTPTransport
import JobModel
import Synchronization
import TestSupport
import Testing

@testable import ObjectStorage

/// A store in memory with scripted faults, and what its client did meanwhile.
struct FaultyStore {
    let server: MemoryS3
    let store: S3Store
    let pauses = Pauses()

    /// Every reading of the clock is a second later than the one before.
    final class TickingClock: WallClock {
        private let ticks = Mutex(0)
        var now: Date {
            ticks.withLock { ticks in
                ticks += 1
                return Date(timeIntervalSince1970: 1_795_226_400 + Double(ticks))
            }
        }
    }

    final class Pauses: Sendable {
        private let all = Mutex<[Duration]>([])
        var durations: [Duration] { all.withLock { $0 } }
        func add(_ duration: Duration) { all.withLock { $0.append(duration) } }
    }

    init(
        _ faults: MemoryS3.Fault..., settings: S3Settings? = nil, credentials: S3Credentials? = nil
    ) throws {
        let pauses = pauses
        server = try MemoryS3(faults: faults)
        store = try S3Store.forTests(
            endpoint: server.endpoint, prefix: "p",
            credentials: credentials ?? S3Credentials(accessKey: "test", secretKey: "secret"),
            settings: settings ?? Self.onePartAtATime,
            surroundings: S3Surroundings(clock: TickingClock(), sleep: { pauses.add($0) }, jitter: { 1 }))
    }

    /// So that requests come in one order.
    static let onePartAtATime = S3Settings(
        partPlan: PartPlan(firstPartSizeInBytes: 5 << 20), bytesUnderWay: 5 << 20, readSizeInBytes: 1 << 20)

    /// `METHOD target` of each request, without the bucket and the prefix, and without an upload's id.
    var requests: [String] {
        server.requests.map { request in
            let target = request.target.replacingOccurrences(of: "/bucket/p/", with: "")
                .replacingOccurrences(of: "uploadId=upload%2B1", with: "id")
            return "\(request.method) \(target)"
        }
    }
}

struct S3FaultTests {
    private let key = ObjectKey("x")
    /// Three parts: 5, 5 and 1 MiB.
    private let large = sampleBytes(11 << 20)

    @Test(arguments: [(500, "InternalError"), (503, "SlowDown"), (408, "RequestTimeout"), (429, "TooManyRequests")])
    func `tries again, later each time and signed anew`(_ status: Int, _ code: String) async throws {
        let faulty = try FaultyStore(.init("PUT", times: 2, .error(status, code)))
        _ = try await faulty.store.write([1, 2], to: key)
        #expect(faulty.server.objects["p/x"]?.body == [1, 2])
        #expect(faulty.pauses.durations == [.milliseconds(250), .milliseconds(500)])
        #expect(Set(faulty.server.requests.map { $0.headers["authorization"] }).count == 3)
        #expect(Set(faulty.server.requests.map { $0.headers["x-amz-date"] }).count == 3)
    }

    @Test func `waits as long as the server asks`() async throws {
        let faulty = try FaultyStore(.init("PUT", .error(503, "SlowDown", headers: ["Retry-After": "7"])))
        _ = try await faulty.store.write([1], to: key)
        #expect(faulty.pauses.durations == [.seconds(7)])
    }

    @Test func `gives up after eight attempts, with the store's words`() async throws {
        let faulty = try FaultyStore(.init("PUT", times: 100, .error(503, "SlowDown")))
        let error = await #expect(throws: StorageError.self) { _ = try await faulty.store.write([1], to: key) }
        #expect(
            error?.message == "the store s3://bucket/p is not available: SlowDown: scripted (status 503, request r1)")
        #expect(faulty.requests.count == 8)
    }

    @Test func `a server that never answered is given up soon`() async throws {
        let faulty = try FaultyStore()
        faulty.server.server.stop()
        let error = await #expect(throws: StorageError.self) { _ = try await faulty.store.list(under: nil) }
        #expect(error?.category == .unavailable)
        #expect(error?.message.contains("Failed to connect to 127.0.0.1") == true)
        #expect(error?.hint?.contains(faulty.server.endpoint) == true)
        #expect(faulty.pauses.durations.count == 2)
    }

    @Test func `a reset connection in mid-part costs that part alone`() async throws {
        let faulty = try FaultyStore(.init("PUT", "partNumber=2", .cutRequest(after: 1 << 20)))
        let stored = try await faulty.store.write(large, to: key)
        #expect(stored.sha256 == digest(large))
        #expect(faulty.server.objects["p/x"]?.body == large)
        #expect(
            faulty.requests == [
                "POST x?uploads=", "PUT x?partNumber=1&id", "PUT x?partNumber=2&id", "PUT x?partNumber=2&id",
                "PUT x?partNumber=3&id", "POST x?id",
            ])
    }

    @Test(arguments: ["partNumber=1", "partNumber=3"])
    func `a lost answer to a part costs that part alone`(_ target: String) async throws {
        let faulty = try FaultyStore(.init("PUT", target, .loseAnswer))
        _ = try await faulty.store.write(large, to: key)
        #expect(faulty.server.objects["p/x"]?.body == large)
        #expect(faulty.requests.filter { $0.hasPrefix("PUT") }.count == 4)
    }

    @Test func `an error inside a 200 of a completion is an error`() async throws {
        let document = Array("\n\n<Error><Code>InternalError</Code></Error>".utf8)
        let faulty = try FaultyStore(.init("POST", "uploadId", .answer(200, [:], document)))
        _ = try await faulty.store.write(large, to: key)
        #expect(faulty.server.objects["p/x"]?.body == large)
        #expect(faulty.requests.suffix(3) == ["POST x?id", "HEAD x", "POST x?id"])
    }

    @Test func `a lost answer to a completion: the object is there, so it is done`() async throws {
        let faulty = try FaultyStore(.init("POST", "uploadId", .loseAnswer))
        _ = try await faulty.store.write(large, to: key)
        #expect(faulty.server.objects["p/x"]?.body == large)
        #expect(faulty.requests.suffix(2) == ["POST x?id", "HEAD x"])
    }

    @Test func `a cut answer to a completion: the object is there, so it is done`() async throws {
        let faulty = try FaultyStore(.init("POST", "uploadId", .cutAnswer(after: 20)))
        _ = try await faulty.store.write(large, to: key)
        #expect(faulty.server.objects["p/x"]?.body == large)
        #expect(faulty.requests.suffix(3) == ["PUT x?partNumber=3&id", "POST x?id", "HEAD x"])
    }

    @Test func `half an answer to a completion: the object decides`() async throws {
        let faulty = try FaultyStore(.init("POST", "uploadId", .answer(200, [:], Array("<Complete".utf8))))
        _ = try await faulty.store.write(large, to: key)
        #expect(faulty.server.objects["p/x"]?.body == large)
        #expect(faulty.requests.suffix(3) == ["POST x?id", "HEAD x", "POST x?id"])
    }

    @Test func `a lost completion: the object is not there, so it is asked for again`() async throws {
        let faulty = try FaultyStore(.init("POST", "uploadId", times: 2, .reset))
        _ = try await faulty.store.write(large, to: key)
        // libcurl itself tries once more where a kept connection turns out to be dead.
        #expect(faulty.requests.suffix(4) == ["POST x?id", "POST x?id", "HEAD x", "POST x?id"])
        #expect(faulty.server.objects["p/x"]?.body == large)
    }

    @Test func `an older object of the same size is not mistaken for the new one`() async throws {
        let faulty = try FaultyStore(.init("POST", "uploadId", .reset))
        faulty.server.put("p/x", sampleBytes(large.count, seed: 2))
        _ = try await faulty.store.write(large, to: key)
        #expect(faulty.server.objects["p/x"]?.body == large)
    }

    @Test func `an upload that vanished is an error`() async throws {
        let faulty = try FaultyStore(.init("POST", "uploadId", .error(404, "NoSuchUpload")))
        let error = await #expect(throws: StorageError.self) { _ = try await faulty.store.write(large, to: key) }
        #expect(error?.message.contains("NoSuchUpload") == true)
        #expect(faulty.server.objects.isEmpty)
        #expect(faulty.server.openUploads.isEmpty)
    }

    @Test func `a completion that fails for good leaves nothing`() async throws {
        let faulty = try FaultyStore(.init("POST", "uploadId", .error(400, "InvalidPart")))
        await #expect(throws: StorageError.self) { _ = try await faulty.store.write(large, to: key) }
        #expect(faulty.server.openUploads.isEmpty)
        #expect(faulty.requests.last == "DELETE x?id")
    }

    @Test func `a part without an ETag is an error`() async throws {
        let faulty = try FaultyStore(.init("PUT", "partNumber=1", .answer(200)))
        let error = await #expect(throws: StorageError.self) { _ = try await faulty.store.write(large, to: key) }
        #expect(error == .failed(object: "x", reason: "the store took a part without an ETag"))
    }

    @Test func `after a failure a writer stays failed`() async throws {
        let faulty = try FaultyStore(.init("POST", "uploads", .error(403, "AccessDenied")))
        let writer = try await faulty.store.writer(for: key)
        await #expect(throws: StorageError.self) { try await writer.append(large) }
        let error = await #expect(throws: StorageError.self) { _ = try await writer.commit() }
        #expect(error?.category == .permission)
        #expect(faulty.requests.count == 1)
        await writer.discard()
        await #expect(throws: CancellationError.self) { try await writer.append([1]) }
    }

    @Test func `more parts than the store allows are refused`() async throws {
        let settings = S3Settings(partPlan: PartPlan(firstPartSizeInBytes: 5 << 20, maximumParts: 2))
        let faulty = try FaultyStore(settings: settings)
        let error = await #expect(throws: StorageError.self) {
            _ = try await faulty.store.write(sampleBytes(16 << 20), to: key)
        }
        #expect(error?.message.contains("larger than 2 parts hold") == true)
        #expect(error?.category == .cannotWrite)
        #expect(faulty.server.openUploads.isEmpty)
    }

    @Test(arguments: [0, 1, 1 << 19])
    func `a reset in mid-body costs that piece alone`(_ count: Int) async throws {
        let faulty = try FaultyStore(.init("GET", times: 2, .cutAnswer(after: count)))
        let bytes = sampleBytes(3 << 20)
        faulty.server.put("p/x", bytes)
        #expect(try await faulty.store.everything(key) == bytes)
        #expect(faulty.requests == [String](repeating: "GET x", count: 5))
        let ranges = faulty.server.requests.map { $0.headers["range"] ?? "" }
        #expect(ranges[0] == ranges[2])
        #expect(Set(ranges).count == 3)
    }

    @Test func `asks for the next ranges while the caller is at work, and for no more than it may hold`() async throws {
        let faulty = try FaultyStore()
        faulty.server.put("p/x", sampleBytes(10 << 20))
        let reader = try await faulty.store.reader(for: key, range: nil)
        var bytes = try await reader.next() ?? []
        try await waitUntil("the next ranges are not asked for") { faulty.server.requests.count == 4 }
        var taken = 1
        while let piece = try await reader.next() {
            bytes += piece
            taken += 1
            #expect(faulty.server.requests.count <= taken + 3)
        }
        #expect(bytes == sampleBytes(10 << 20))
        #expect(faulty.server.requests.count == 10)
    }

    @Test func `an answer shorter than its range is read again`() async throws {
        let headers = ["Content-Range": "bytes 0-9/10", "ETag": "e"]
        let faulty = try FaultyStore(.init("GET", .answer(206, headers, [1, 2, 3])))
        faulty.server.put("p/x", sampleBytes(10))
        #expect(try await faulty.store.everything(key) == sampleBytes(10))
    }

    @Test func `an answer of another range is an error`() async throws {
        let headers = ["Content-Range": "bytes 1-3/10", "ETag": "e"]
        let faulty = try FaultyStore(.init("GET", .answer(206, headers, [1, 2, 3])))
        faulty.server.put("p/x", sampleBytes(10))
        await #expect(throws: StorageError.self) { _ = try await faulty.store.everything(key) }
    }

    @Test func `an object that changes under the reader is an error`() async throws {
        let change = MemoryS3.Effect.meanwhile { $0.put("p/x", sampleBytes(3 << 20, seed: 9)) }
        let faulty = try FaultyStore(.init("GET", change))
        faulty.server.put("p/x", sampleBytes(3 << 20))
        let error = await #expect(throws: StorageError.self) { _ = try await faulty.store.everything(key) }
        #expect(error?.category == .damaged)
        #expect(faulty.server.requests[1].headers["if-match"] == faulty.server.requests.last?.headers["if-match"])
    }

    @Test func `an object deleted under the reader is an error`() async throws {
        let faulty = try FaultyStore()
        faulty.server.put("p/x", sampleBytes(3 << 20))
        let reader = try await faulty.store.reader(for: key, range: nil)
        faulty.server.inject(.init("GET", times: 9, .error(404, "NoSuchKey")))
        _ = try await reader.next()
        await #expect(throws: StorageError.notFound(object: "x", store: "s3://bucket/p")) {
            _ = try await reader.next()
        }
    }

    @Test func `a store that ignores ranges serves for small objects`() async throws {
        let faulty = try FaultyStore(.init("GET", .answer(200, ["ETag": "e"], [1, 2, 3])))
        #expect(try await faulty.store.everything(key) == [1, 2, 3])
    }

    @Test func `a store that ignores ranges is refused for large objects`() async throws {
        let faulty = try FaultyStore(.init("GET", .answer(200, ["ETag": "e"], sampleBytes(2 << 20))))
        await #expect(throws: StorageError.self) { _ = try await faulty.store.everything(key) }
    }

    @Test func `a wrong clock is set by the store's, once for all requests`() async throws {
        let serverDate = Date(timeIntervalSince1970: 1_795_226_400 + 7_200)
        let faulty = try FaultyStore(
            .init("PUT", .error(403, "RequestTimeTooSkewed", headers: ["Date": MemoryS3.headerDate(serverDate)])))
        _ = try await faulty.store.write([1], to: key)
        _ = try await faulty.store.write([2], to: key)
        let dates = faulty.server.requests.compactMap { $0.headers["x-amz-date"] }
        #expect(dates[0].hasPrefix("20261121T0200"))
        #expect(dates[1].hasPrefix("20261121T0400"))
        #expect(dates[2].hasPrefix("20261121T0400"))
        #expect(faulty.pauses.durations.isEmpty)
    }

    @Test func `a clock that stays wrong is reported`() async throws {
        let date = MemoryS3.headerDate(Date(timeIntervalSince1970: 1))
        let faulty = try FaultyStore(
            .init("PUT", times: 9, .error(403, "RequestTimeTooSkewed", headers: ["Date": date])))
        let error = await #expect(throws: StorageError.self) { _ = try await faulty.store.write([1], to: key) }
        #expect(error?.hint == "Set this machine's clock.")
        #expect(faulty.requests.count == 2)
    }

    @Test(arguments: [(501, "NotImplemented"), (405, "MethodNotAllowed"), (400, "InvalidRequest")])
    func `a store without batches gets single deletions, from then on`(_ status: Int, _ code: String) async throws {
        let faulty = try FaultyStore(.init("POST", "delete", .error(status, code)))
        let keys = (0..<20).map { ObjectKey("\($0)") }
        for key in keys { faulty.server.put("p/\(key)", [1]) }
        try await faulty.store.delete(Array(keys.prefix(10)))
        #expect(faulty.requests.filter { $0.hasPrefix("DELETE") }.count == 10)
        try await faulty.store.delete(Array(keys.dropFirst(10)))
        #expect(faulty.requests.filter { $0.hasPrefix("POST") }.count == 1)
        #expect(faulty.server.objects.isEmpty)
    }

    @Test func `batches hold a thousand keys and their MD5`() async throws {
        let faulty = try FaultyStore()
        let keys = (0..<1_001).map { ObjectKey("\($0)") }
        for key in keys { faulty.server.put("p/\(key)", []) }
        try await faulty.store.delete(keys)
        #expect(faulty.server.objects.isEmpty)
        #expect(faulty.requests == ["POST /bucket?delete=", "DELETE 1000"])
        #expect(faulty.server.requests[0].headers["content-md5"]?.count == 24)
    }

    @Test func `keys that a batch did not delete are tried singly, and named`() async throws {
        let document = """
            <DeleteResult><Error><Key>p/a</Key><Code>InternalError</Code></Error>\
            <Error><Key>p/b</Key><Code>AccessDenied</Code></Error></DeleteResult>
            """
        let faulty = try FaultyStore(
            .init("POST", "delete", .answer(200, [:], Array(document.utf8))),
            .init("DELETE", "p/b", .error(403, "AccessDenied")))
        faulty.server.put("p/a", [1])
        let error = await #expect(throws: StorageError.self) {
            try await faulty.store.delete([ObjectKey("a"), ObjectKey("b"), ObjectKey("c")])
        }
        #expect(error?.category == .permission)
        #expect(faulty.server.objects.isEmpty)
    }

    @Test func `a listing that goes round for ever is an error`() async throws {
        let page = """
            <ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>\
            </ListBucketResult>
            """
        let faulty = try FaultyStore(.init("GET", times: 100, .answer(200, [:], Array(page.utf8))))
        await #expect(throws: StorageError.self) { _ = try await faulty.store.list(under: nil) }
        #expect(faulty.requests.count == 2)
    }

    @Test func `a listing that is no listing is an error`() async throws {
        let faulty = try FaultyStore(.init("GET", .answer(200, [:], Array("<html>Welcome</html>".utf8))))
        let error = await #expect(throws: StorageError.self) { _ = try await faulty.store.list(under: nil) }
        #expect(error?.message.contains("<html> in place of <ListBucketResult>") == true)
    }

    @Test func `objects that are none of ours are not shown`() async throws {
        let faulty = try FaultyStore()
        for name in ["p/", "p/folder/", "p//double", "p/./x", "p/ok", "pq/other"] { faulty.server.put(name, []) }
        #expect(try await faulty.store.list(under: nil).map(\.key.description) == ["ok"])
        #expect(try await faulty.store.folders(under: nil) == ["folder"])
    }

    @Test func `a missing bucket is told from a missing object`() async throws {
        let faulty = try FaultyStore(
            .init("HEAD", "/bucket/p/x", .error(404, "")), .init("HEAD", "/bucket", .error(404, "")))
        let error = await #expect(throws: StorageError.self) { _ = try await faulty.store.info(key) }
        #expect(error?.category == .unavailable)
        #expect(error?.hint == "Create the bucket \"bucket\", or check its name and the endpoint.")
    }

    @Test func `who may not see the bucket may miss an object`() async throws {
        let faulty = try FaultyStore(
            .init("HEAD", "/bucket/p/x", .error(404, "")), .init("HEAD", "/bucket", .error(403, "")))
        #expect(try await faulty.store.info(key) == nil)
    }

    struct Mapping: Sendable {
        let status: Int
        let code: String
        var headers: [String: String] = [:]
        var fields: [String: String] = [:]
        let category: FailureCategory
        let hint: String?
    }

    @Test(arguments: [
        Mapping(status: 404, code: "NoSuchBucket", category: .unavailable, hint: "Create the bucket"),
        Mapping(status: 403, code: "InvalidAccessKeyId", category: .permission, hint: "AWS_ACCESS_KEY_ID"),
        Mapping(status: 403, code: "SignatureDoesNotMatch", category: .permission, hint: "AWS_SECRET_ACCESS_KEY"),
        Mapping(status: 403, code: "AccessDenied", category: .permission, hint: "access key"),
        Mapping(status: 400, code: "ExpiredToken", category: .permission, hint: "expired"),
        Mapping(status: 401, code: "Other", category: .permission, hint: "access key"),
        Mapping(status: 403, code: "QuotaExceeded", category: .cannotWrite, hint: "quota"),
        Mapping(status: 507, code: "XMinioStorageFull", category: .cannotWrite, hint: "room"),
        Mapping(
            status: 400, code: "AuthorizationHeaderMalformed", fields: ["Region": "eu-west-3"],
            category: .configuration, hint: "\"eu-west-3\""),
        Mapping(
            status: 301, code: "PermanentRedirect", headers: ["x-amz-bucket-region": "eu-west-3"],
            category: .configuration, hint: "\"eu-west-3\""),
        Mapping(
            status: 307, code: "TemporaryRedirect", fields: ["Endpoint": "b.s3.eu-west-3.amazonaws.com"],
            category: .configuration, hint: "b.s3.eu-west-3.amazonaws.com"),
        Mapping(status: 400, code: "InvalidArgument", category: .failed, hint: nil),
        Mapping(status: 501, code: "NotImplemented", category: .failed, hint: "lacks what this takes"),
    ])
    func `refusals become what an operator can act on`(_ row: Mapping) async throws {
        let faulty = try FaultyStore(
            .init("PUT", times: 99, .error(row.status, row.code, headers: row.headers, fields: row.fields)))
        let error = await #expect(throws: StorageError.self) { _ = try await faulty.store.write([1], to: key) }
        #expect(error?.category == row.category)
        #expect(error?.message.contains("\(row.code): scripted (status \(row.status), request r1)") == true)
        if let hint = row.hint { #expect(error?.hint?.contains(hint) == true) } else { #expect(error?.hint == nil) }
    }

    @Test func `a stalled answer is given up`() async throws {
        let settings = S3Settings(retry: RetryPolicy(attempts: 1), stallTimeout: .seconds(1))
        let faulty = try FaultyStore(.init("GET", times: 9, .silence), settings: settings)
        let error = await #expect(throws: StorageError.self) { _ = try await faulty.store.list(under: nil) }
        #expect(error?.category == .unavailable)
        #expect(error?.message.contains("Operation too slow") == true)
    }

    @Test(.timeLimit(.minutes(10)))
    func `a cancelled task does not wait for a silent server`() async throws {
        let faulty = try FaultyStore(.init("GET", times: 9, .silence))
        let task = Task { try await faulty.store.list(under: nil) }
        while faulty.server.requests.isEmpty { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
    }

    @Test(.timeLimit(.minutes(10)))
    func `a cancelled upload is aborted though a part was under way`() async throws {
        let faulty = try FaultyStore(.init("PUT", "partNumber=2", times: 9, .silence))
        let task = Task { try await faulty.store.write(large, to: key) }
        while !faulty.requests.contains("PUT x?partNumber=2&id") { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        #expect(faulty.server.openUploads.isEmpty)
        #expect(faulty.server.objects.isEmpty)
    }

    @Test func `requests say what they should and no more`() async throws {
        let credentials = S3Credentials(accessKey: "AK", secretKey: "SK", sessionToken: "TOKEN")
        let faulty = try FaultyStore(credentials: credentials)
        _ = try await faulty.store.write([1, 2, 3], to: key)
        let request = try #require(faulty.server.requests.first)
        #expect(
            Set(request.headers.keys) == [
                "host", "accept", "content-length", "authorization", "x-amz-content-sha256", "x-amz-date",
                "x-amz-security-token",
            ])
        #expect(request.headers["x-amz-content-sha256"] == digest([1, 2, 3]))
        #expect(request.headers["x-amz-security-token"] == "TOKEN")
        #expect(
            request.headers["authorization"]?.contains("host;x-amz-content-sha256;x-amz-date;x-amz-security-token")
                == true)
    }

    @Test func `every part is signed with its own hash`() async throws {
        let faulty = try FaultyStore()
        _ = try await faulty.store.write(large, to: key)
        let parts = faulty.server.requests.filter { $0.method == "PUT" }
        #expect(parts.map(\.body.count) == [5 << 20, 5 << 20, 1 << 20])
        for part in parts { #expect(part.headers["x-amz-content-sha256"] == digest(part.body)) }
    }

    @Test func `connections are used again`() async throws {
        let faulty = try FaultyStore()
        for number in 0..<20 { _ = try await faulty.store.write([1], to: ObjectKey("\(number)")) }
        #expect(faulty.server.server.connectionCount == 1)
    }

    @Test func `a large bucket is listed page by page`() async throws {
        let server = try MemoryS3(pageSize: 10)
        let store = try S3Store.forTests(endpoint: server.endpoint, prefix: "")
        for number in 0..<95 { server.put("\(number)", []) }
        #expect(try await store.list(under: nil).count == 95)
        #expect(server.requests.map { $0.query["continuation-token"] }.prefix(3) == [nil, "page=+10", "page=+20"])
        #expect(server.requests.count == 10)
    }
}
