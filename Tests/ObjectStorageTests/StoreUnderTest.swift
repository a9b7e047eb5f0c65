import Foundation
import HTTPTransport
import JobModel
import TestSupport
import Testing

@testable import ObjectStorage

/// The stores that the contract is tried on. Servers are named by the environment: `DBOPS_TEST_S3` with
/// `DBOPS_TEST_S3_ACCESS_KEY` and `DBOPS_TEST_S3_SECRET_KEY` is Ceph's radosgw, `DBOPS_TEST_MOTO` is moto.
enum StoreUnderTest: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case directory
    case memory = "S3 in memory"
    case radosgw
    case radosgwByHostName = "radosgw, virtual-host style"
    case moto

    static var available: [StoreUnderTest] { allCases.filter(\.isAvailable) }

    var testDescription: String { rawValue }

    var isAvailable: Bool {
        switch self {
        case .directory, .memory: true
        case .radosgw, .radosgwByHostName: Self.radosgwEndpoint != nil
        case .moto: Self.variable("DBOPS_TEST_MOTO") != nil
        }
    }

    static var radosgwEndpoint: String? { variable("DBOPS_TEST_S3") }

    static var radosgwCredentials: S3Credentials {
        S3Credentials(
            accessKey: variable("DBOPS_TEST_S3_ACCESS_KEY") ?? "", secretKey: variable("DBOPS_TEST_S3_SECRET_KEY") ?? ""
        )
    }

    static func variable(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// An empty store, removed afterwards.
    func withStore(_ body: (any ObjectStore) async throws -> Void) async throws {
        switch self {
        case .directory:
            try await withTemporaryDirectory { try await body(DirectoryStore(path: $0 + "/store")) }
        case .memory:
            let server = try MemoryS3(pageSize: 7)
            try await body(try S3Store.forTests(endpoint: server.endpoint))
        case .radosgw, .moto: try await Self.withBucket(try s3Store(), body)
        case .radosgwByHostName:
            try await Self.withBucket(try s3Store(pathStyle: false), body)
        }
    }

    /// A store in a bucket that is not there yet.
    func s3Store(pathStyle: Bool = true, prefix: String = "some/prefix") throws -> S3Store {
        let bucket = "dbops-" + String(UInt64.random(in: 0...UInt64.max), radix: 36)
        let endpoint = self == .moto ? Self.variable("DBOPS_TEST_MOTO") : Self.radosgwEndpoint
        let credentials =
            self == .moto ? S3Credentials(accessKey: "any", secretKey: "any") : Self.radosgwCredentials
        let host = pathStyle ? endpoint : endpoint?.replacingOccurrences(of: "127.0.0.1", with: "localhost")
        return try S3Store.forTests(
            endpoint: host, bucket: bucket, prefix: prefix, pathStyle: pathStyle, credentials: credentials)
    }

    private static func withBucket(_ store: S3Store, _ body: (any ObjectStore) async throws -> Void) async throws {
        _ = try await store.send(S3Request("PUT", key: nil, body: []), object: "bucket")
        do {
            try await body(store)
        } catch {
            try? await empty(store)
            throw error
        }
        try await empty(store)
    }

    private static func empty(_ store: S3Store) async throws {
        try await store.delete(store.list(under: nil).map(\.key))
        _ = try await store.send(S3Request("DELETE", key: nil), object: "bucket")
    }
}

extension S3Store {
    /// Parts of 5 MiB, pieces of 1 MiB, no waiting between attempts.
    static func forTests(
        endpoint: String?, bucket: String = "bucket", prefix: String = "some/prefix", pathStyle: Bool = true,
        credentials: S3Credentials = S3Credentials(accessKey: "test", secretKey: "secret"),
        region: String = "us-east-1", settings: S3Settings? = nil, surroundings: S3Surroundings? = nil,
        http: HTTPSettings = HTTPSettings()
    ) throws -> S3Store {
        try S3Store(
            location: S3Location(bucket: bucket, prefix: prefix, endpoint: endpoint, pathStyle: pathStyle),
            endpoint: endpoint, region: region, credentials: credentials,
            transport: CurlTransport(settings: http),
            settings: settings
                ?? S3Settings(partPlan: PartPlan(firstPartSizeInBytes: 5 << 20), readSizeInBytes: 1 << 20),
            surroundings: surroundings ?? S3Surroundings(sleep: { _ in }, jitter: { 1 }))
    }

    /// The ids of uploads that were begun and neither completed nor aborted.
    func openUploads() async throws -> [String] {
        let request = S3Request("GET", key: nil, query: [(name: "uploads", value: "")])
        let document = try XMLReader.root(of: try await send(request, object: "bucket").body)
        return document.children(named: "Upload").compactMap { $0["UploadId"]?.text }
    }
}

func withTemporaryDirectory(_ body: (String) async throws -> Void) async throws {
    let path = FileManager.default.temporaryDirectory.path + "/dbops-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await body(path)
}

/// Bytes without a period that a part or a piece could share.
func sampleBytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    // Eight at a time: tests are not optimised.
    let words = [UInt64](unsafeUninitializedCapacity: count / 8 + 1) { buffer, filled in
        filled = buffer.count
        var index = 0
        while index < filled {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            buffer[index] = state
            index += 1
        }
    }
    return words.withUnsafeBytes { Array($0.prefix(count)) }
}

/// SHA-256 in hexadecimal digits.
func digest(_ bytes: [UInt8]) -> String { S3Request("PUT", key: nil, body: bytes).bodyHash }

extension ObjectStore {
    func everything(_ key: ObjectKey, range: Range<Int64>? = nil) async throws -> [UInt8] {
        let reader = try await reader(for: key, range: range)
        var bytes: [UInt8] = []
        while let piece = try await reader.next() { bytes += piece }
        return bytes
    }
}
