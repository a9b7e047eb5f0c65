package import JobModel

/// Where mail is handed in.
package struct MailServer: Sendable {
    package var host: String
    package var port: Int
    package var encryption: EmailSettings.Encryption
    /// Nil where the server wants none.
    package var user: String?
    package var password: String?

    package init(host: String, port: Int, encryption: EmailSettings.Encryption, user: String?, password: String?) {
        self.host = host
        self.port = port
        self.encryption = encryption
        self.user = user
        self.password = password
    }

    /// As libcurl wants it. Nil where the host is none: an URL has other characters of meaning.
    var url: String? {
        let scheme = encryption == .tls ? "smtps" : "smtp"
        let isAddress = host.contains(":")
        let allowed = isAddress ? /[0-9A-Fa-f:.]+/ : /[A-Za-z0-9._-]+/
        guard host.wholeMatch(of: allowed) != nil, (1...65_535).contains(port) else { return nil }
        return "\(scheme)://\(isAddress ? "[\(host)]" : host):\(port)"
    }
}

/// One mail, with its envelope.
package struct Mail: Sendable {
    package var sender: String
    package var recipients: [String]
    /// Headers, an empty line and the text; lines end in CRLF. Dots at their beginnings are libcurl's to double.
    package var content: [UInt8]

    package init(sender: String, recipients: [String], content: [UInt8]) {
        self.sender = sender
        self.recipients = recipients
        self.content = content
    }

    /// The first address that cannot be used; see ``MailAddress``.
    var badAddress: String? { ([sender] + recipients).first { !MailAddress.isUsable($0) } }
}
