import CCurl

extension HTTPError {
    /// libcurl's result code, and its detailed text where there is one.
    ///
    /// Source: libcurl-errors(3).
    init(code: CURLcode, detail: String) {
        let general = String(cString: curl_easy_strerror(code))
        let reason = detail.isEmpty ? general : detail
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT:
            self = .unreachable(reason: reason)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CIPHER,
            CURLE_SSL_INVALIDCERTSTATUS, CURLE_USE_SSL_FAILED:
            self = .untrusted(reason: reason)
        case CURLE_OPERATION_TIMEDOUT:
            self = .stalled(reason: reason)
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
            CURLE_BAD_FUNCTION_ARGUMENT, CURLE_UNKNOWN_OPTION, CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT:
            self = .unusable(reason: reason)
        default:
            self = .interrupted(reason: reason)
        }
    }
}
