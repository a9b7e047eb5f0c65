import Foundation
import JobModel

/// What is sent back.
struct SiteAnswer: Sendable {
    var status: Int
    var contentType: String
    var body: String
    var headers: [String: String] = [:]
    /// Of a failure.
    private(set) var reason: (message: String, hint: String?)?

    init(_ status: Int, _ contentType: String, _ body: String) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    /// One JSON document, with keys in snake case as the command line's.
    static func json(_ status: Int = 200, _ value: some Encodable) -> SiteAnswer {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else {
            return .failure(500, "the answer cannot be written as JSON", hint: nil)
        }
        return SiteAnswer(status, "application/json", String(decoding: data, as: UTF8.self) + "\n")
    }

    private struct Failure: Encodable {
        let error: String
        let hint: String?
    }

    static func failure(_ status: Int, _ message: String, hint: String?) -> SiteAnswer {
        var answer = json(status, Failure(error: message, hint: hint))
        answer.reason = (message, hint)
        return answer
    }

    static func failure(_ error: any UserFacingError) -> SiteAnswer {
        let status =
            switch error.category {
            case .usage: 404
            case .tryLater, .configuration: 409
            case .permission: 403
            default: 503
            }
        return .failure(status, error.message, hint: error.hint)
    }

    /// The browser goes on there, by GET.
    static func seeOther(_ place: String) -> SiteAnswer {
        var answer = SiteAnswer(303, "text/plain; charset=utf-8", "")
        answer.headers["location"] = place
        return answer
    }
}
