import Foundation
import HTTPTransport
import JobModel
import TestSupport
import Testing

@testable import ObjectStorage

/// A place in a bucket of a real S3 server that no other test uses, and dbops with the credentials for it.
struct BucketUnderTest {
    enum Server: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case radosgw
        case moto

        var testDescription: String { rawValue }

        static var available: [Server] { allCases.filter { $0.endpoint != nil } }

        var endpoint: String? { BucketUnderTest.variable(self == .moto ? "DBOPS_TEST_MOTO" : "DBOPS_TEST_S3") }
        var bucket: String {
            BucketUnderTest.variable(self == .moto ? "DBOPS_TEST_MOTO_BUCKET" : "DBOPS_TEST_S3_BUCKET") ?? "dbops-test"
        }
    }

    let workplace: Workplace
    let bucket: String
    let prefix: String
    /// Where the server itself listens.
    let endpoint: String
    let credentials: [String: String]

    static var hasRadosgw: Bool { Server.radosgw.endpoint != nil }

    init(_ server: Server = .radosgw) throws {
        workplace = try Workplace()
        endpoint = try #require(server.endpoint)
        bucket = server.bucket
        prefix = TestServer.newName("e2e/run")
        credentials = [
            "AWS_ACCESS_KEY_ID": Self.variable("DBOPS_TEST_S3_ACCESS_KEY") ?? "any",
            "AWS_SECRET_ACCESS_KEY": Self.variable("DBOPS_TEST_S3_SECRET_KEY") ?? "any",
        ]
    }

    var url: String { "s3://\(bucket)/\(prefix)" }
    var port: Int { get throws { try #require(URL(string: endpoint)?.port) } }

    /// dbops with the credentials in its environment.
    var dbops: DBOpsProcess { dbops(environment: credentials) }

    func dbops(environment: [String: String]) -> DBOpsProcess {
        var dbops = workplace.dbops
        dbops.environment.merge(environment) { $1 }
        return dbops
    }

    /// The options that name the server; `endpoint` is that of a proxy.
    func options(endpoint: String? = nil) -> [String] {
        ["--endpoint", endpoint ?? self.endpoint, "--region", "us-east-1", "--path-style"]
    }

    func run(_ arguments: String..., endpoint: String? = nil) async throws -> DBOpsProcess.Result {
        try await dbops.run(arguments + options(endpoint: endpoint))
    }

    func succeed(
        _ arguments: String..., endpoint: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> DBOpsProcess.Result {
        let result = try await dbops.run(arguments + options(endpoint: endpoint))
        try #require(result.exitCode == 0, "\(result)", sourceLocation: sourceLocation)
        return result
    }

    /// The arguments of a backup into here.
    func backupArguments(_ database: String, _ more: [String] = [], endpoint: String? = nil) -> [String] {
        ["backup", "now", "--database", database, "--to", url] + more + options(endpoint: endpoint)
    }

    // MARK: - What is there

    private func store() throws -> S3Store {
        let location = S3Location(
            bucket: bucket, prefix: prefix, endpoint: endpoint, region: "us-east-1", pathStyle: true)
        return try #require(try StoreOpener(environment: credentials).open(.s3(location)) as? S3Store)
    }

    func keys() async throws -> [String] {
        try await store().list(under: nil).map(\.key.description)
    }

    /// Keys of uploads below the prefix that were begun and neither completed nor aborted.
    func openUploads() async throws -> [String] {
        let request = S3Request("GET", key: nil, query: [(name: "uploads", value: "")])
        let document = try XMLReader.root(of: try await store().send(request, object: "bucket").body)
        return document.children(named: "Upload").compactMap { $0["Key"]?.text }.filter { $0.hasPrefix(prefix) }
    }

    static func variable(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
