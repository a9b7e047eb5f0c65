import Foundation
import HTTPTransport
import JobModel
import TestSupport
import Testing

@testable import ObjectStorage

/// What only a real server can show: it checks signatures, clocks and names. Here: Ceph's radosgw.
@Suite(.enabled(if: StoreUnderTest.radosgw.isAvailable, "DBOPS_TEST_S3 is not set: no radosgw to try"))
struct S3ServerTests {
    private let endpoint = StoreUnderTest.radosgwEndpoint
    private let rightful = StoreUnderTest.radosgwCredentials

    struct FixedClock: WallClock {
        let offset: TimeInterval
        var now: Date { Date().addingTimeInterval(offset) }
    }

    @Test func `a wrong secret is denied`() async throws {
        let credentials = S3Credentials(accessKey: rightful.accessKey, secretKey: "wrong")
        let store = try S3Store.forTests(endpoint: endpoint, credentials: credentials)
        let error = await #expect(throws: StorageError.self) { _ = try await store.list(under: nil) }
        #expect(error?.category == .permission)
        #expect(error?.message.contains("SignatureDoesNotMatch") == true)
        #expect(error?.hint?.contains("AWS_SECRET_ACCESS_KEY") == true)
        #expect(error?.message.contains("wrong") == false)
    }

    @Test func `an unknown access key is denied`() async throws {
        let credentials = S3Credentials(accessKey: "nobody", secretKey: "wrong")
        let store = try S3Store.forTests(endpoint: endpoint, credentials: credentials)
        let error = await #expect(throws: StorageError.self) { _ = try await store.write([1], to: ObjectKey("x")) }
        #expect(error?.message.contains("InvalidAccessKeyId") == true)
    }

    @Test func `a missing bucket is named with what to do`() async throws {
        let store = try S3Store.forTests(endpoint: endpoint, bucket: "no-such-bucket-here", credentials: rightful)
        for attempt in [
            { _ = try await store.list(under: nil) },
            { _ = try await store.folders(under: nil) },
            { _ = try await store.info(ObjectKey("x")) },
            { _ = try await store.reader(for: ObjectKey("x"), range: nil) },
            { _ = try await store.write([1], to: ObjectKey("x")) },
            { _ = try await store.write(sampleBytes(6 << 20), to: ObjectKey("x")) },
            { try await store.delete([ObjectKey("x"), ObjectKey("y")]) },
            { try await store.delete([ObjectKey("x")]) },
        ] as [() async throws -> Void] {
            let error = await #expect(throws: StorageError.self) { try await attempt() }
            #expect(error?.category == .unavailable)
            #expect(error?.hint?.contains("Create the bucket \"no-such-bucket-here\"") == true)
        }
    }

    @Test(arguments: [7_200.0, -7_200])
    func `a clock two hours off is corrected`(_ offset: TimeInterval) async throws {
        let surroundings = S3Surroundings(clock: FixedClock(offset: offset), sleep: { _ in }, jitter: { 1 })
        let store = try S3Store.forTests(
            endpoint: endpoint, bucket: "no-such-bucket-here", credentials: rightful, surroundings: surroundings)
        let error = await #expect(throws: StorageError.self) { _ = try await store.list(under: nil) }
        // The bucket is missing: so the request was signed well enough to be heard.
        #expect(error?.message.contains("NoSuchBucket") == true)
    }

    @Test func `opens by a location and the environment alone`() async throws {
        let environment = [
            "AWS_ACCESS_KEY_ID": rightful.accessKey, "AWS_SECRET_ACCESS_KEY": rightful.secretKey,
            "AWS_ENDPOINT_URL": endpoint ?? "",
        ]
        let location = S3Location(bucket: "no-such-bucket-here", pathStyle: true)
        let store = try StoreOpener(environment: environment).open(.s3(location))
        let error = await #expect(throws: StorageError.self) { _ = try await store.list(under: nil) }
        #expect(error?.message.contains("NoSuchBucket") == true)
    }

    @Test func `a payload damaged on its way is refused`() async throws {
        let store = try StoreUnderTest.radosgw.s3Store()
        let request = S3Request("PUT", key: "x", body: [1, 2, 3], bodyHash: digest([1, 2, 4]))
        guard case .failure(let problem) = try await store.outcome(of: request) else {
            Issue.record("taken")
            return
        }
        #expect(["XAmzContentSHA256Mismatch", "NoSuchBucket"].contains(problem.code))
    }
}
