import CCurl
import JobModel

/// One mail on its way. Lives on one thread, inside one call of libcurl's.
final class MailTransfer {
    private let mail: Mail
    private let server: MailServer
    private let stop: StopFlag
    private var sentCount = 0
    private var dialogue = SMTPDialogue()
    private var recipientList: UnsafeMutablePointer<curl_slist>?
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

    init(mail: Mail, server: MailServer, stop: StopFlag) {
        self.mail = mail
        self.server = server
        self.stop = stop
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        curl_slist_free_all(recipientList)
        errorText.deallocate()
    }

    /// Waits for the end of the transfer.
    func perform(url: String, settings: HTTPSettings, limit: Duration) throws {
        guard let handle = curl_easy_init() else {
            throw MailError.interrupted(host: server.host, reason: "libcurl could not begin a transfer")
        }
        // The handle, which points to this object, goes before it.
        defer { curl_easy_cleanup(handle) }
        setServer(handle, url: url, settings: settings, limit: limit)
        setEnvelope(handle)
        setCallbacks(handle)
        try judge(curl_easy_perform(handle))
    }

    // MARK: - What libcurl is told

    private func setServer(
        _ handle: UnsafeMutableRawPointer, url: String, settings: HTTPSettings, limit: Duration
    ) {
        cc_setopt_str(handle, CURLOPT_URL, url)
        cc_setopt_str(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        // Proxies are for the web.
        cc_setopt_str(handle, CURLOPT_PROXY, "")
        let usesTLS = server.encryption != .none
        cc_setopt_long(handle, CURLOPT_USE_SSL, Int(usesTLS ? CURLUSESSL_ALL.rawValue : CURLUSESSL_NONE.rawValue))
        if let file = settings.authoritiesFile {
            cc_setopt_str(handle, CURLOPT_CAINFO, file)
            // Else the system's directory of authorities would be trusted beside the file.
            cc_setopt_str(handle, CURLOPT_CAPATH, nil)
        }
        if let user = server.user { cc_setopt_str(handle, CURLOPT_USERNAME, user) }
        if let password = server.password { cc_setopt_str(handle, CURLOPT_PASSWORD, password) }
        // Signals would hit any thread of the process.
        cc_setopt_long(handle, CURLOPT_NOSIGNAL, 1)
        cc_setopt_long(handle, CURLOPT_CONNECTTIMEOUT_MS, max(1, settings.connectTimeout.wholeMilliseconds))
        cc_setopt_long(handle, CURLOPT_TIMEOUT_MS, max(1, limit.wholeMilliseconds))
    }

    private func setEnvelope(_ handle: UnsafeMutableRawPointer) {
        cc_setopt_str(handle, CURLOPT_MAIL_FROM, "<\(mail.sender)>")
        for recipient in mail.recipients {
            if let list = curl_slist_append(recipientList, "<\(recipient)>") { recipientList = list }
        }
        cc_setopt_ptr(handle, CURLOPT_MAIL_RCPT, recipientList)
        // A recipient that is refused must not keep the others from the mail.
        cc_mail_allow_refused_recipients(handle)
        cc_setopt_long(handle, CURLOPT_UPLOAD, 1)
    }

    private func setCallbacks(_ handle: UnsafeMutableRawPointer) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        cc_setopt_ptr(handle, CURLOPT_ERRORBUFFER, errorText)
        cc_setopt_ptr(handle, CURLOPT_READDATA, context)
        cc_setopt_io(handle, CURLOPT_READFUNCTION) { buffer, size, count, context in
            MailTransfer.behind(context).send(into: buffer, capacity: size * count)
        }
        // What the server says would go to standard output.
        cc_setopt_io(handle, CURLOPT_WRITEFUNCTION) { _, size, count, _ in size * count }
        cc_setopt_ptr(handle, CURLOPT_XFERINFODATA, context)
        cc_setopt_progress(handle) { context, _, _, _, _ in MailTransfer.behind(context).stop.isRaised ? 1 : 0 }
        cc_setopt_long(handle, CURLOPT_NOPROGRESS, 0)
        cc_setopt_ptr(handle, CURLOPT_DEBUGDATA, context)
        cc_setopt_debug(handle) { _, type, bytes, count, context in
            MailTransfer.behind(context).listen(type, UnsafeRawBufferPointer(start: bytes, count: count))
            return 0
        }
        cc_setopt_long(handle, CURLOPT_VERBOSE, 1)
    }

    private static func behind(_ context: UnsafeMutableRawPointer?) -> MailTransfer {
        guard let context else { preconditionFailure("libcurl hands back the pointer that it was given") }
        return Unmanaged<MailTransfer>.fromOpaque(context).takeUnretainedValue()
    }

    private func send(into buffer: UnsafeMutablePointer<CChar>?, capacity: Int) -> Int {
        let count = min(capacity, mail.content.count - sentCount)
        mail.content.withUnsafeBytes { content in
            UnsafeMutableRawBufferPointer(start: buffer, count: capacity)
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: content[sentCount..<sentCount + count]))
        }
        sentCount += count
        return count
    }

    private func listen(_ type: curl_infotype, _ bytes: UnsafeRawBufferPointer) {
        switch type {
        case CURLINFO_HEADER_OUT: dialogue.sent(String(decoding: bytes, as: UTF8.self))
        case CURLINFO_HEADER_IN: dialogue.received(String(decoding: bytes, as: UTF8.self))
        default: break
        }
    }

    // MARK: - How it ended

    private func judge(_ code: CURLcode) throws {
        let refused = dialogue.refusedRecipients
        if code == CURLE_OK {
            guard !refused.isEmpty else { return }
            throw MailError.recipientsRefused(
                refused.map(\.address), reasons: refused.map(\.reply), othersWereSent: true)
        }
        if code == CURLE_ABORTED_BY_CALLBACK { throw CancellationError() }
        if Set(refused.map(\.address)).isSuperset(of: mail.recipients) {
            throw MailError.recipientsRefused(
                refused.map(\.address), reasons: refused.map(\.reply), othersWereSent: false)
        }
        throw error(code)
    }

    private func error(_ code: CURLcode) -> MailError {
        let general = String(cString: curl_easy_strerror(code))
        let detail = String(cString: errorText)
        let reason = detail.isEmpty ? general : detail
        let host = server.host
        if code == CURLE_LOGIN_DENIED { return .loginDenied(host: host, reason: dialogue.lastRefusal ?? reason) }
        switch HTTPError(code: code, detail: detail) {
        case .unreachable: return .unreachable(host: host, reason: reason)
        case .untrusted: return .notEncrypted(host: host, reason: reason)
        case .stalled: return .stalled(host: host, reason: reason)
        default:
            guard let reply = dialogue.lastRefusal else { return .interrupted(host: host, reason: reason) }
            return .refused(host: host, reason: reply, isTemporary: reply.hasPrefix("4"))
        }
    }
}
