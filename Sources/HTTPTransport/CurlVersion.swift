import CCurl

/// The libcurl that this process uses.
package enum CurlVersion {
    /// libcurl with the libraries it works by: `libcurl/7.88.1 OpenSSL/3.0.17 …`. Source: `curl_version(3)`.
    package static var text: String { curl_version().map { String(cString: $0) } ?? "libcurl" }
}
