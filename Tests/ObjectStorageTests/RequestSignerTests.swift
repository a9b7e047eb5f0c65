import Foundation
import HTTPTransport
import JobModel
import Testing

@testable import ObjectStorage

/// What botocore's `S3SigV4Auth` signed at a fixed instant.
struct SignatureVectors: Decodable {
    struct Vector: Decodable {
        let method: String
        let path: String
        let query: [[String]]
        let headers: [[String]]
        let token: String?
        let hash: String
        let date: String
        let authorization: String
    }

    let accessKey: String
    let secretKey: String
    let region: String
    let host: String
    let cases: [Vector]

    static func load() throws -> SignatureVectors {
        let url = try #require(Bundle.module.url(forResource: "Vectors/sigv4", withExtension: "json"))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(SignatureVectors.self, from: Data(contentsOf: url))
    }
}

struct RequestSignerTests {
    @Test func `signs as botocore does`() throws {
        let vectors = try SignatureVectors.load()
        #expect(vectors.cases.count == 22)
        for vector in vectors.cases {
            let signer = RequestSigner(
                credentials: S3Credentials(
                    accessKey: vectors.accessKey, secretKey: vectors.secretKey, sessionToken: vector.token),
                region: vectors.region)
            let date = try #require(CivilTime(compactText: vector.date))
            let request = signer.canonicalRequest(
                method: vector.method, host: vectors.host, path: vector.path,
                query: vector.query.map { (name: $0[0], value: $0[1]) },
                headers: vector.headers.map { HTTPHeader($0[0], $0[1]) }, payloadHash: vector.hash, date: date)
            #expect(signer.authorization(for: request, date: date) == vector.authorization, "\(vector.path)")
        }
    }

    @Test func `what is sent is what is signed`() throws {
        let request = CanonicalRequest(
            method: "GET", path: "/b/a b/ü+", query: [(name: "z", value: ""), (name: "a", value: "1/2")],
            headers: [HTTPHeader("Host", "h"), HTTPHeader("A", "  x   y ")], payloadHash: "hash")
        #expect(request.path == "/b/a%20b/%C3%BC%2B")
        #expect(request.query == "a=1%2F2&z=")
        #expect(request.text == "GET\n/b/a%20b/%C3%BC%2B\na=1%2F2&z=\na:x y\nhost:h\n\na;host\nhash")
    }

    @Test func `credentials show no secret`() {
        let credentials = S3Credentials(accessKey: "AK", secretKey: "TOPSECRET", sessionToken: "TOPTOKEN")
        var dumped = ""
        dump(credentials, to: &dumped)
        for text in ["\(credentials)", String(reflecting: credentials), dumped] {
            #expect(!text.contains("TOP"))
            #expect(text.contains("AK"))
        }
    }

    @Test(arguments: [("a+b", "a b"), ("%C3%BC%2B", "ü+"), ("", ""), ("a/b", "a/b")])
    func `decodes what listings encode`(_ text: String, _ expected: String) {
        #expect(PercentEncoding.decoded(text) == expected)
    }

    @Test(arguments: ["%", "%4", "%zz", "%FF"])
    func `decodes nothing that is not well encoded`(_ text: String) {
        #expect(PercentEncoding.decoded(text) == nil)
    }
}
