import CPQ

/// Why a server's certificate was refused, which libpq does not say: it knows no more than "certificate verify failed".
///
/// Source: OpenSSL, SSL_get_verify_result(3).
struct CertificateVerdict: ~Copyable {
    /// Held beyond the attempt, which libpq ends by freeing it.
    private var encryption: OpaquePointer?

    /// To be called before each step of the attempt: the certificate is looked at in one of them.
    mutating func watch(_ connection: OpaquePointer) {
        guard let current = PQsslStruct(connection, "OpenSSL").map({ OpaquePointer($0) }), current != encryption,
            SSL_up_ref(current) == 1
        else { return }
        release()
        encryption = current
    }

    /// libpq's message, with the reason behind its words.
    borrowing func explained(_ message: String) -> String {
        guard let encryption, let end = message.range(ofLast: Self.words)?.upperBound else { return message }
        let verdict = SSL_get_verify_result(encryption)
        guard verdict != 0, let reason = X509_verify_cert_error_string(verdict) else { return message }
        let text = String(cString: reason)
        return message[end...].contains(text) ? message : message[..<end] + ": \(text)" + message[end...]
    }

    /// Whether a message lacks the reason behind its words.
    static func isMissing(in message: String) -> Bool {
        message.contains(words) && !message.contains("\(words): ")
    }

    private static let words = "certificate verify failed"

    private func release() {
        if let encryption { SSL_free(encryption) }
    }

    deinit { release() }
}

extension String {
    /// Where `words` stand for the last time.
    fileprivate func range(ofLast words: String) -> Range<Index>? {
        var found: Range<Index>?
        var rest = self[...]
        while let next = rest.firstRange(of: words) {
            found = next
            rest = rest[next.upperBound...]
        }
        return found
    }
}
