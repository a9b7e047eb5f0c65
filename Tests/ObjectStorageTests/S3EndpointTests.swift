import JobModel
import Testing

@testable import ObjectStorage

struct S3EndpointTests {
    struct Row: Sendable {
        let bucket: String
        let endpoint: String?
        var pathStyle = false
        let url: String
    }

    @Test(arguments: [
        Row(bucket: "b", endpoint: nil, url: "https://b.s3.eu-west-1.amazonaws.com/k"),
        Row(bucket: "b", endpoint: nil, pathStyle: true, url: "https://s3.eu-west-1.amazonaws.com/b/k"),
        Row(bucket: "a.b", endpoint: nil, url: "https://s3.eu-west-1.amazonaws.com/a.b/k"),
        Row(bucket: "a.b", endpoint: "http://s3.test", url: "http://a.b.s3.test/k"),
        Row(bucket: "Old_Bucket", endpoint: "https://s3.test", url: "https://s3.test/Old_Bucket/k"),
        Row(bucket: "b", endpoint: "s3.test", url: "https://b.s3.test/k"),
        Row(bucket: "b", endpoint: "https://S3.Test:443/", url: "https://b.s3.test/k"),
        Row(bucket: "b", endpoint: "http://s3.test:80", url: "http://b.s3.test/k"),
        Row(bucket: "b", endpoint: "http://s3.test:9000", url: "http://b.s3.test:9000/k"),
        Row(bucket: "b", endpoint: "http://s3.test/gateway/", pathStyle: true, url: "http://s3.test/gateway/b/k"),
        Row(bucket: "b", endpoint: "http://127.0.0.1:7480", url: "http://127.0.0.1:7480/b/k"),
        Row(bucket: "b", endpoint: "http://[::1]:7480", url: "http://[::1]:7480/b/k"),
    ])
    func `requests go to the right place`(_ row: Row) throws {
        let location = S3Location(bucket: row.bucket, pathStyle: row.pathStyle)
        let endpoint = try S3Endpoint(location: location, endpoint: row.endpoint, region: "eu-west-1")
        let request = CanonicalRequest(
            method: "GET", path: endpoint.path(forKey: "k"), query: [], headers: [], payloadHash: "")
        #expect(endpoint.url(request) == row.url)
    }

    @Test(arguments: [
        "", "ftp://x", "http://", "http://a b", "http://h:99999", "http://h:x", "http://u@h", "http://h/?q",
        "http://h?q", ":80", "http://::1",
    ])
    func `what is no endpoint is refused`(_ text: String) {
        let error = #expect(throws: StorageError.self) {
            _ = try S3Endpoint(location: S3Location(bucket: "b"), endpoint: text, region: "r")
        }
        #expect(error?.category == .configuration)
    }

    @Test func `China has a domain of its own`() throws {
        let endpoint = try S3Endpoint(location: S3Location(bucket: "b"), endpoint: nil, region: "cn-north-1")
        #expect(endpoint.host == "b.s3.cn-north-1.amazonaws.com.cn")
    }
}
