import Foundation
import HTTPTransport
import Postgres

/// Posts a body to an URL that is a secret, and judges the answer.
struct NoticePost: Sendable {
    let transport: CurlTransport
    /// How long nothing may move.
    let stallTimeout: Duration
    let now: @Sendable () -> Date

    /// Throws ``NotifierError``. `detail` finds the receiver's word for a fault in its answer; receivers repeat what
    /// was asked, the secret path above all, so nothing is taken from an answer that is not known to be such a word.
    func post(
        _ body: [UInt8], to url: Secret, headers: [HTTPHeader], detail: (HTTPResponse) -> String? = { _ in nil }
    ) async throws {
        guard Self.isUsable(url.value) else { throw NotifierError.badURL }
        let response: HTTPResponse
        do {
            response = try await transport.send(
                HTTPRequest(
                    method: "POST", url: url.value, headers: [HTTPHeader("User-Agent", "dbops")] + headers, body: body,
                    stallTimeout: stallTimeout))
        } catch let error as HTTPError {
            throw NotifierError.noAnswer(error)
        }
        if response.isSuccess { return }
        if (300..<400).contains(response.status) { throw NotifierError.redirected(status: response.status) }
        throw NotifierError.refused(
            status: response.status, detail: detail(response),
            retryAfter: response.header("Retry-After").flatMap { RetryAfter.duration($0, now: now()) })
    }

    /// Without a scheme libcurl would guess one, and send the secret unencrypted.
    private static func isUsable(_ url: String) -> Bool {
        let lowercase = url.lowercased()
        guard let scheme = ["https://", "http://"].first(where: lowercase.hasPrefix) else { return false }
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return false }
        return lowercase.dropFirst(scheme.count).first.map { !"/?#:".contains($0) } == true
    }
}
