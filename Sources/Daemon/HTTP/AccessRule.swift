import Foundation

/// Who may look, and who may give orders. Pure.
struct AccessRule: Sendable {
    enum Verdict: Equatable, Sendable {
        case allowed
        /// Without the reasons: a token is wanted and was not shown, and the place tells little enough.
        case allowedBriefly
        case refused(status: Int, message: String, hint: String)
    }

    /// What a request has to show; nil where none has to.
    let token: String?
    let isReadOnly: Bool
    /// What a form of the page carries, so that a form of another page is none of ours.
    let formToken: String
    /// Names that this site goes by beside addresses and `localhost`: that of `listen`.
    let hostName: String

    func verdict(on request: SiteRequest) -> Verdict {
        if token == nil, !isOurName(request.headers["host"]) {
            return .refused(
                status: 403, message: "this site does not go by that name",
                hint: "Use its address, or localhost; or set token_file in [daemon], and any name will do.")
        }
        let isShown = token.map { shows($0, in: request) } ?? true
        let isProbe = request.segments == ["healthz"] || request.segments == ["readyz"]
        guard isShown || isProbe && isReading(request) else {
            return .refused(
                status: 401, message: "a token is needed",
                hint:
                    "Send Authorization: Bearer and the token of [daemon], or give it as a password; the name is free.")
        }
        guard !isReading(request) else { return isShown ? .allowed : .allowedBriefly }
        return verdict(onOrder: request)
    }

    private func isReading(_ request: SiteRequest) -> Bool { request.method == "GET" || request.method == "HEAD" }

    /// A page of somebody else may make a browser send an order, with the token that the browser remembers. It can
    /// neither forge where it comes from, nor set a header, nor know what our forms carry.
    private func verdict(onOrder request: SiteRequest) -> Verdict {
        if isReadOnly {
            return .refused(
                status: 403, message: "the job file lets requests change nothing",
                hint: "Take read_only = true out of [daemon], or use the command line.")
        }
        let site = request.headers["sec-fetch-site"]
        let origin = request.headers["origin"].map { $0.split(separator: "/").last.map(String.init) ?? $0 }
        let isForeign =
            site.map { $0 != "same-origin" && $0 != "none" } ?? false
            || origin.map { $0 != request.headers["host"] } ?? false
        let hasBearer = request.headers["authorization"]?.hasPrefix("Bearer ") == true && token != nil
        let isOurs =
            hasBearer || request.headers["x-dbops-request"] != nil
            || request.form["form_token"].map { Self.areEqual($0, formToken) } ?? false
        guard !isForeign, isOurs else {
            return .refused(
                status: 403, message: "this order may come from another page",
                hint: "Send the header X-DBOps-Request: 1, and send it from here.")
        }
        return .allowed
    }

    // MARK: - The token

    /// Whether the request carries the token.
    private func shows(_ token: String, in request: SiteRequest) -> Bool {
        guard let text = request.headers["authorization"] else { return false }
        let words = text.split(separator: " ", maxSplits: 1)
        guard words.count == 2 else { return false }
        switch words[0].lowercased() {
        case "bearer": return Self.areEqual(String(words[1]), token)
        case "basic":
            guard let data = Data(base64Encoded: String(words[1])) else { return false }
            let pair = String(decoding: data, as: UTF8.self).split(
                separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return pair.count == 2 && Self.areEqual(String(pair[1]), token)
        default: return false
        }
    }

    /// In a time that tells nothing of where they differ.
    static func areEqual(_ given: String, _ wanted: String) -> Bool {
        let (left, right) = (Array(given.utf8), Array(wanted.utf8))
        var difference = UInt8(left.count == right.count ? 0 : 1)
        guard !right.isEmpty else { return false }
        for index in left.indices { difference |= left[index] ^ right[index % right.count] }
        return difference == 0
    }

    // MARK: - The name

    /// A page of somebody else can give its own name our address (DNS rebinding); it cannot give itself a name of ours.
    private func isOurName(_ host: String?) -> Bool {
        guard let host else { return true }
        if host.hasPrefix("[") { return true }
        let name = host.split(separator: ":", omittingEmptySubsequences: false).first.map(String.init) ?? ""
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let isAddress = parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
        return isAddress || name == "localhost" || name == hostName
    }
}
