import Crypto
import Foundation
import HTTPTransport
import JobModel

/// Signs requests for S3 with AWS Signature Version 4.
///
/// Source: "Create a signed AWS API request" in the AWS Identity and Access Management user guide, and "Authenticating
/// Requests" in the S3 API reference for `x-amz-content-sha256`.
struct RequestSigner: Sendable {
    let credentials: S3Credentials
    let region: String

    /// The request to sign at `date`: the given headers and those that every signed request carries.
    func canonicalRequest(
        method: String, host: String, path: String, query: [(name: String, value: String)] = [],
        headers: [HTTPHeader] = [], payloadHash: String, date: CivilTime
    ) -> CanonicalRequest {
        var signed =
            headers + [
                HTTPHeader("host", host),
                HTTPHeader("x-amz-content-sha256", payloadHash),
                HTTPHeader("x-amz-date", date.compactText),
            ]
        if let token = credentials.sessionToken { signed.append(HTTPHeader("x-amz-security-token", token)) }
        return CanonicalRequest(method: method, path: path, query: query, headers: signed, payloadHash: payloadHash)
    }

    /// The value of the `Authorization` header.
    func authorization(for request: CanonicalRequest, date: CivilTime) -> String {
        let instant = date.compactText
        let scope = "\(instant.prefix(8))/\(region)/s3/aws4_request"
        let hash = Hexadecimal.text(of: SHA256.hash(data: Data(request.text.utf8)))
        let textToSign = "AWS4-HMAC-SHA256\n\(instant)\n\(scope)\n\(hash)"
        let signature = Hexadecimal.text(of: code(textToSign, under: signingKey(day: String(instant.prefix(8)))))
        return "AWS4-HMAC-SHA256 Credential=\(credentials.accessKey)/\(scope), "
            + "SignedHeaders=\(request.signedHeaders), Signature=\(signature)"
    }

    private func signingKey(day: String) -> SymmetricKey {
        var key = SymmetricKey(data: Data("AWS4\(credentials.secretKey)".utf8))
        for part in [day, region, "s3", "aws4_request"] { key = SymmetricKey(data: code(part, under: key)) }
        return key
    }

    private func code(_ text: String, under key: SymmetricKey) -> HashedAuthenticationCode<SHA256> {
        HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key)
    }
}
