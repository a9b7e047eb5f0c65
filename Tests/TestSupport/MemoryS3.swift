package import Foundation
import Synchronization

/// A bucket of S3 in memory behind a ``ScriptedServer``: enough of the API for a store's tests, and faults on demand.
/// It takes any signature; real servers check those.
package final class MemoryS3: Sendable {
    /// What shall go wrong.
    package enum Effect: Sendable {
        /// An error document in place of the work.
        case error(Int, String, headers: [String: String] = [:], fields: [String: String] = [:])
        /// An answer in place of the work.
        case answer(Int, [String: String] = [:], [UInt8] = [])
        /// The work is done, its answer lost.
        case loseAnswer
        /// The connection is reset before the work.
        case reset
        /// The connection is reset after so many bytes of the request's body.
        case cutRequest(after: Int)
        /// The work is done, its answer cut after so many bytes of the body.
        case cutAnswer(after: Int)
        case silence
        /// The work is done; this runs before the answer goes.
        case meanwhile(@Sendable (MemoryS3) -> Void)
    }

    /// Where and how often.
    package struct Fault: Sendable {
        package var method: String
        /// A part of the request's target; empty for every one.
        package var target: String
        package var times: Int
        package var effect: Effect

        package init(_ method: String, times: Int = 1, _ effect: Effect) {
            self.init(method, "", times: times, effect)
        }

        package init(_ method: String, _ target: String, times: Int = 1, _ effect: Effect) {
            self.method = method
            self.target = target
            self.times = times
            self.effect = effect
        }
    }

    /// What becomes of `If-None-Match` and `If-Match` on a PUT.
    package enum Conditions: Sendable {
        case honoured
        /// Passed over without a word.
        case ignored
        /// Answered with status 501.
        case refused
    }

    package struct Object: Sendable {
        package var body: [UInt8]
        package var etag: String
        package var modified: Date
    }

    private struct Upload {
        let key: String
        let begunAt: Date
        var parts: [Int: [UInt8]] = [:]
    }

    private struct State {
        var objects: [String: Object] = [:]
        var uploads: [String: Upload] = [:]
        var lastNumber = 0
        var faults: [Fault] = []
        /// The store's clock minus ours.
        var clockOffset: TimeInterval = 0
        let conditions: Conditions

        var now: Date { Date().addingTimeInterval(clockOffset) }
    }

    package let bucket: String
    /// Keys per page of a listing.
    private let pageSize: Int
    private let state: Mutex<State>
    private let started: Mutex<ScriptedServer?> = Mutex(nil)

    package init(
        bucket: String = "bucket", pageSize: Int = 1_000, faults: [Fault] = [], conditions: Conditions = .honoured
    ) throws {
        self.bucket = bucket
        self.pageSize = pageSize
        state = Mutex(State(conditions: conditions))
        state.withLock { $0.faults = faults }
        let server = try ScriptedServer(
            cutting: { [weak self] in self?.cut($0) },
            answering: { [weak self] in self?.answer($0) ?? .reset })
        started.withLock { $0 = server }
    }

    deinit { started.withLock { $0?.stop() } }

    package var server: ScriptedServer { started.withLock { $0! } }
    package var endpoint: String { server.endpoint }
    package var requests: [ScriptedServer.Request] { server.requests }
    package var objects: [String: Object] { state.withLock { $0.objects } }
    package var openUploads: [String] { state.withLock { $0.uploads.keys.sorted() } }

    package func put(_ key: String, _ body: [UInt8]) {
        state.withLock { $0.objects[key] = Object(body: body, etag: Self.etag(body), modified: $0.now) }
    }

    /// Moves the store's clock, by which objects get their dates.
    package func moveClock(by seconds: TimeInterval) {
        state.withLock { $0.clockOffset += seconds }
    }

    package func inject(_ fault: Fault) {
        state.withLock { $0.faults.append(fault) }
    }

    private func cut(_ request: ScriptedServer.Request) -> Int? {
        state.withLock { state in
            for (index, fault) in state.faults.enumerated() where fault.applies(to: request) {
                guard case .cutRequest(let count) = fault.effect else { return nil }
                state.faults[index].times -= 1
                return count
            }
            return nil
        }
    }

    private func answer(_ request: ScriptedServer.Request) -> ScriptedServer.Reply {
        let effect = state.withLock { state -> Effect? in
            guard let index = state.faults.firstIndex(where: { $0.applies(to: request) }) else { return nil }
            state.faults[index].times -= 1
            return state.faults[index].effect
        }
        guard let effect else { return work(request) }
        switch effect {
        case .error(let status, let code, let headers, let fields):
            return Self.error(status, code, headers, fields)
        case .answer(let status, let headers, let body): return .answer(status, headers, body)
        case .reset, .cutRequest: return .reset
        case .silence: return .silence
        case .loseAnswer:
            _ = work(request)
            return .reset
        case .cutAnswer(let count):
            guard case .answer(let status, let headers, let body) = work(request) else { return .reset }
            return .cutAnswer(status, headers, body, after: count)
        case .meanwhile(let change):
            let reply = work(request)
            change(self)
            return reply
        }
    }

    private func work(_ request: ScriptedServer.Request) -> ScriptedServer.Reply {
        let path = request.path.removingPercentEncoding ?? ""
        guard path == "/\(bucket)" || path.hasPrefix("/\(bucket)/") else { return Self.error(404, "NoSuchBucket") }
        let key = String(path.dropFirst(bucket.count + 2))
        return state.withLock { state in
            key.isEmpty
                ? Self.bucketWork(request, &state, pageSize) : Self.objectWork(request, key, &state)
        }
    }

    private static func bucketWork(
        _ request: ScriptedServer.Request, _ state: inout State, _ pageSize: Int
    ) -> ScriptedServer.Reply {
        switch (request.method, request.query["delete"]) {
        case ("HEAD", _): return .answer(200)
        case ("GET", _) where request.query["uploads"] != nil: return listUploads(request.query, state, pageSize)
        case ("GET", _): return list(request.query, state, pageSize)
        case ("POST", .some):
            guard request.headers["content-md5"] != nil else { return error(400, "InvalidRequest") }
            for key in elements("Key", String(decoding: request.body, as: UTF8.self)) { state.objects[key] = nil }
            return .answer(200, [:], Array("<DeleteResult/>".utf8))
        default: return error(405, "MethodNotAllowed")
        }
    }

    private static func list(_ query: [String: String], _ state: State, _ pageSize: Int) -> ScriptedServer.Reply {
        let prefix = query["prefix"] ?? ""
        let delimiter = query["delimiter"]
        var rows: [(name: String, xml: String)] = []
        for (key, object) in state.objects where key.hasPrefix(prefix) {
            if let delimiter, let end = key.dropFirst(prefix.count).firstRange(of: delimiter) {
                let folder = String(key[..<end.upperBound])
                let xml = "<CommonPrefixes><Prefix>\(encoded(folder))</Prefix></CommonPrefixes>"
                if !rows.contains(where: { $0.name == folder }) { rows.append((folder, xml)) }
            } else {
                let date = object.modified.formatted(.iso8601)
                let xml =
                    "<Contents><Key>\(encoded(key))</Key><LastModified>\(date)</LastModified>"
                    + "<Size>\(object.body.count)</Size></Contents>"
                rows.append((key, xml))
            }
        }
        rows.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        let start = query["continuation-token"].flatMap { Int($0.dropFirst(6)) } ?? 0
        let end = min(start + pageSize, rows.count)
        let more =
            end < rows.count
            ? "<IsTruncated>true</IsTruncated><NextContinuationToken>page=+\(end)</NextContinuationToken>" : ""
        let page = rows[start..<end].map(\.xml).joined()
        return .answer(
            200, [:],
            Array("<ListBucketResult><EncodingType>url</EncodingType>\(more)\(page)</ListBucketResult>".utf8))
    }

    private static func listUploads(
        _ query: [String: String], _ state: State, _ pageSize: Int
    ) -> ScriptedServer.Reply {
        let after = (query["key-marker"] ?? "", query["upload-id-marker"] ?? "")
        let rest = state.uploads.filter { id, upload in
            upload.key.hasPrefix(query["prefix"] ?? "") && (upload.key, id) > after
        }.sorted { ($0.value.key, $0.key) < ($1.value.key, $1.key) }
        let page = rest.prefix(pageSize)
        var text = page.map { id, upload in
            "<Upload><Key>\(escaped(upload.key))</Key><UploadId>\(id)</UploadId>"
                + "<Initiated>\(upload.begunAt.formatted(.iso8601))</Initiated></Upload>"
        }.joined()
        if let last = page.last, page.count < rest.count {
            text +=
                "<IsTruncated>true</IsTruncated><NextKeyMarker>\(escaped(last.value.key))</NextKeyMarker>"
                + "<NextUploadIdMarker>\(last.key)</NextUploadIdMarker>"
        }
        return .answer(
            200, [:],
            Array(
                "<ListMultipartUploadsResult>\(text)</ListMultipartUploadsResult>".utf8)
        )
    }

    private static func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
    }

    private static func objectWork(
        _ request: ScriptedServer.Request, _ key: String, _ state: inout State
    ) -> ScriptedServer.Reply {
        let query = request.query
        switch (request.method, query["uploadId"]) {
        case ("POST", nil) where query["uploads"] != nil:
            state.lastNumber += 1
            let id = "upload+\(state.lastNumber)"
            state.uploads[id] = Upload(key: key, begunAt: state.now)
            return .answer(
                200, [:],
                Array("<InitiateMultipartUploadResult><UploadId>\(id)</UploadId></InitiateMultipartUploadResult>".utf8))
        case ("PUT", let id?):
            guard state.uploads[id] != nil, let number = query["partNumber"].flatMap({ Int($0) }) else {
                return error(404, "NoSuchUpload")
            }
            state.uploads[id]?.parts[number] = request.body
            return .answer(200, ["ETag": etag(request.body)])
        case ("POST", let id?): return complete(request, id, key, &state)
        case ("DELETE", let id?):
            return state.uploads.removeValue(forKey: id) == nil ? error(404, "NoSuchUpload") : .answer(204)
        case ("PUT", nil):
            if let refusal = refusal(of: request, key, state) { return refusal }
            state.objects[key] = Object(body: request.body, etag: etag(request.body), modified: state.now)
            return .answer(200, ["ETag": etag(request.body)])
        case ("DELETE", nil):
            state.objects[key] = nil
            return .answer(204)
        case ("GET", _), ("HEAD", _):
            guard let object = state.objects[key] else { return error(404, "NoSuchKey") }
            return read(request, object)
        default: return error(405, "MethodNotAllowed")
        }
    }

    /// Nil where the PUT may go on.
    private static func refusal(
        of request: ScriptedServer.Request, _ key: String, _ state: State
    ) -> ScriptedServer.Reply? {
        let mustBeAbsent = request.headers["if-none-match"] == "*"
        let etag = request.headers["if-match"]
        guard mustBeAbsent || etag != nil, state.conditions != .ignored else { return nil }
        guard state.conditions == .honoured else { return error(501, "NotImplemented") }
        if mustBeAbsent, state.objects[key] != nil { return error(412, "PreconditionFailed") }
        guard let etag else { return nil }
        guard let object = state.objects[key] else { return error(404, "NoSuchKey") }
        return object.etag == etag ? nil : error(412, "PreconditionFailed")
    }

    private static func complete(
        _ request: ScriptedServer.Request, _ id: String, _ key: String, _ state: inout State
    ) -> ScriptedServer.Reply {
        guard let parts = state.uploads[id]?.parts else { return error(404, "NoSuchUpload") }
        let text = String(decoding: request.body, as: UTF8.self)
        let numbers = elements("PartNumber", text).compactMap { Int($0) }
        let etags = elements("ETag", text)
        guard numbers == numbers.sorted(), zip(numbers, etags).allSatisfy({ etag(parts[$0] ?? []) == $1 }) else {
            return error(400, "InvalidPart")
        }
        let body = numbers.flatMap { parts[$0] ?? [] }
        let tag = etag(body).dropLast() + "-\(numbers.count)\""
        state.objects[key] = Object(body: body, etag: String(tag), modified: state.now)
        state.uploads[id] = nil
        return .answer(
            200, [:], Array("<CompleteMultipartUploadResult><ETag></ETag></CompleteMultipartUploadResult>".utf8))
    }

    private static func read(_ request: ScriptedServer.Request, _ object: Object) -> ScriptedServer.Reply {
        var headers = ["ETag": object.etag, "Last-Modified": headerDate(object.modified)]
        if let wanted = request.headers["if-match"], wanted != object.etag { return error(412, "PreconditionFailed") }
        guard let range = request.headers["range"], request.method == "GET" else {
            headers["Content-Length"] = String(object.body.count)
            return .answer(200, headers, object.body)
        }
        let numbers = range.dropFirst("bytes=".count).split(separator: "-").compactMap { Int($0) }
        guard numbers.count == 2, numbers[0] < object.body.count else { return error(416, "InvalidRange") }
        let last = min(numbers[1], object.body.count - 1)
        headers["Content-Range"] = "bytes \(numbers[0])-\(last)/\(object.body.count)"
        return .answer(206, headers, Array(object.body[numbers[0]...last]))
    }

    private static func error(
        _ status: Int, _ code: String, _ headers: [String: String] = [:], _ fields: [String: String] = [:]
    ) -> ScriptedServer.Reply {
        let more = fields.map { "<\($0.key)>\($0.value)</\($0.key)>" }.joined()
        let text = "<Error><Code>\(code)</Code><Message>scripted</Message><RequestId>r1</RequestId>\(more)</Error>"
        return .answer(status, headers, Array(text.utf8))
    }

    private static func elements(_ name: String, _ text: String) -> [String] {
        text.components(separatedBy: "<\(name)>").dropFirst().map { rest in
            var value = rest.components(separatedBy: "</\(name)>")[0]
            for (entity, character) in [
                ("&lt;", "<"), ("&gt;", ">"), ("&#10;", "\n"), ("&#13;", "\r"), ("&#9;", "\t"), ("&quot;", "\""),
                ("&amp;", "&"),
            ] {
                value = value.replacingOccurrences(of: entity, with: character)
            }
            return value
        }
    }

    /// 32 hexadecimal digits that depend on every byte; not MD5.
    private static func etag(_ body: [UInt8]) -> String {
        var hasher = Hasher()
        body.withUnsafeBytes { hasher.combine(bytes: $0) }
        let digits = String(UInt64(bitPattern: Int64(hasher.finalize())), radix: 16)
        let half = String(repeating: "0", count: 16 - digits.count) + digits
        return "\"\(half)\(half)\""
    }

    private static func encoded(_ key: String) -> String {
        (key.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "/-_.~ ")))
            ?? "")
            .replacingOccurrences(of: " ", with: "+")
    }

    package static func headerDate(_ date: Date) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter.string(from: date)
    }
}

extension MemoryS3.Fault {
    fileprivate func applies(to request: ScriptedServer.Request) -> Bool {
        times > 0 && request.method == method && (target.isEmpty || request.target.contains(target))
    }
}
