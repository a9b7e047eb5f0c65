import CCurl

/// One request and what has come of its answer, while libcurl works on it. Lives on the transport's thread alone.
final class CurlTransfer {
    let id: UInt64
    let promise: ResponsePromise
    private let request: HTTPRequest
    private var sentCount = 0
    private var received: [UInt8] = []
    private var headers: [HTTPHeader] = []
    private var headerCount = 0
    private var isTooLarge = false
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

    /// More than any store sends; a server that never ends its headers must not fill the memory.
    private static let headerLimitInBytes = 256 << 10

    init(arrival: CurlInbox.Arrival) {
        id = arrival.id
        promise = arrival.promise
        request = arrival.request
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        curl_slist_free_all(headerList)
        errorText.deallocate()
    }

    func result(_ code: CURLcode, status: Int, reusedConnection: Bool) -> Result<HTTPResponse, HTTPError> {
        if isTooLarge { return .failure(.tooLarge(limitInBytes: request.responseLimitInBytes)) }
        guard code == CURLE_OK else { return .failure(HTTPError(code: code, detail: String(cString: errorText))) }
        return .success(
            HTTPResponse(status: status, headers: headers, body: received, reusedConnection: reusedConnection))
    }

    /// Tells `handle` everything about this request. The handle keeps a pointer to this object: the loop holds the
    /// object until it has taken the handle out of the multi handle and reset it.
    func configure(_ handle: UnsafeMutableRawPointer, settings: HTTPSettings) {
        setTarget(handle)
        setTimeouts(handle, settings: settings)
        setHeaders(handle)
        setBody(handle)
        setAnswer(handle)
        if let file = settings.authoritiesFile {
            cc_setopt_str(handle, CURLOPT_CAINFO, file)
            // Else the system's directory of authorities would be trusted beside the file.
            cc_setopt_str(handle, CURLOPT_CAPATH, nil)
        }
    }

    private func setTarget(_ handle: UnsafeMutableRawPointer) {
        cc_setopt_str(handle, CURLOPT_URL, request.url)
        cc_setopt_str(handle, CURLOPT_PROTOCOLS_STR, "http,https")
        cc_setopt_long(handle, CURLOPT_PATH_AS_IS, 1)
        cc_setopt_long(handle, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        // Signals would hit any thread of the process.
        cc_setopt_long(handle, CURLOPT_NOSIGNAL, 1)
        cc_setopt_long(handle, CURLOPT_TCP_KEEPALIVE, 1)
    }

    private func setTimeouts(_ handle: UnsafeMutableRawPointer, settings: HTTPSettings) {
        cc_setopt_long(handle, CURLOPT_CONNECTTIMEOUT_MS, max(1, settings.connectTimeout.wholeMilliseconds))
        cc_setopt_long(handle, CURLOPT_LOW_SPEED_LIMIT, 1)
        cc_setopt_long(handle, CURLOPT_LOW_SPEED_TIME, max(1, (request.stallTimeout.wholeMilliseconds + 999) / 1_000))
    }

    private func setHeaders(_ handle: UnsafeMutableRawPointer) {
        for header in request.headers { append("\(header.name): \(header.value)") }
        // Without a value: libcurl leaves out what it would add by itself.
        append("Expect:")
        if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) { append("Content-Type:") }
        cc_setopt_ptr(handle, CURLOPT_HTTPHEADER, headerList)
    }

    private func append(_ line: String) {
        guard let list = curl_slist_append(headerList, line) else { return }
        headerList = list
    }

    /// The body goes out by callbacks, so no pointer into the array outlives a call. libcurl seeks back to its begin
    /// where a kept connection turns out to be dead.
    private func setBody(_ handle: UnsafeMutableRawPointer) {
        let needsLength = request.method == "PUT" || request.method == "POST"
        if needsLength || !request.body.isEmpty {
            cc_setopt_long(handle, CURLOPT_UPLOAD, 1)
            cc_setopt_long(handle, CURLOPT_UPLOAD_BUFFERSIZE, 1 << 20)
            cc_setopt_off(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(request.body.count))
            cc_setopt_ptr(handle, CURLOPT_READDATA, Unmanaged.passUnretained(self).toOpaque())
            cc_setopt_io(handle, CURLOPT_READFUNCTION) { buffer, size, count, context in
                CurlTransfer.behind(context).send(into: buffer, capacity: size * count)
            }
            cc_setopt_ptr(handle, CURLOPT_SEEKDATA, Unmanaged.passUnretained(self).toOpaque())
            cc_setopt_seek(handle) { context, offset, origin in
                CurlTransfer.behind(context).seek(to: Int(offset), origin: origin)
            }
        } else if request.method == "HEAD" {
            cc_setopt_long(handle, CURLOPT_NOBODY, 1)
        }
        cc_setopt_str(handle, CURLOPT_CUSTOMREQUEST, request.method)
    }

    private func setAnswer(_ handle: UnsafeMutableRawPointer) {
        cc_setopt_ptr(handle, CURLOPT_ERRORBUFFER, errorText)
        cc_setopt_long(handle, CURLOPT_BUFFERSIZE, 256 << 10)
        cc_setopt_ptr(handle, CURLOPT_WRITEDATA, Unmanaged.passUnretained(self).toOpaque())
        cc_setopt_io(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            CurlTransfer.behind(context).receive(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        cc_setopt_ptr(handle, CURLOPT_HEADERDATA, Unmanaged.passUnretained(self).toOpaque())
        cc_setopt_io(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            CurlTransfer.behind(context).receiveHeader(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
    }

    private static func behind(_ context: UnsafeMutableRawPointer?) -> CurlTransfer {
        guard let context else { preconditionFailure("libcurl hands back the pointer that configure gave it") }
        return Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
    }

    private func send(into buffer: UnsafeMutablePointer<CChar>?, capacity: Int) -> Int {
        let count = min(capacity, request.body.count - sentCount)
        request.body.withUnsafeBytes { body in
            UnsafeMutableRawBufferPointer(start: buffer, count: capacity)
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: body[sentCount..<sentCount + count]))
        }
        sentCount += count
        return count
    }

    private func seek(to offset: Int, origin: Int32) -> Int32 {
        guard origin == SEEK_SET, (0...request.body.count).contains(offset) else { return CURL_SEEKFUNC_FAIL }
        sentCount = offset
        return CURL_SEEKFUNC_OK
    }

    /// A smaller count than was offered tells libcurl to give up.
    private func receive(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard received.count + bytes.count <= request.responseLimitInBytes else {
            isTooLarge = true
            return 0
        }
        if received.isEmpty { received.reserveCapacity(announcedCount) }
        received.append(contentsOf: bytes)
        return bytes.count
    }

    private var announcedCount: Int {
        let text = headers.last { $0.name.lowercased() == "content-length" }?.value ?? ""
        return max(0, min(Int(text) ?? 0, request.responseLimitInBytes))
    }

    private func receiveHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
        headerCount += bytes.count
        guard headerCount <= Self.headerLimitInBytes else { return 0 }
        let line = String(decoding: bytes, as: UTF8.self)
        if line.hasPrefix("HTTP/") {
            // An interim answer (100 Continue) came before.
            headers = []
        } else if let colon = line.firstIndex(of: ":") {
            let value = line[line.index(after: colon)...].drop(while: \.isWhitespace)
            headers.append(HTTPHeader(String(line[..<colon]), String(value.trimmingTrailingWhitespace)))
        }
        return bytes.count
    }
}

extension Substring {
    fileprivate var trimmingTrailingWhitespace: Substring {
        var rest = self
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return rest
    }
}
