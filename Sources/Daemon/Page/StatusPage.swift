import JobModel
import Mustache

/// The page at `/`, and the small one for what goes wrong: HTML without anything from elsewhere.
struct StatusPage: Sendable {
    private let page: MustacheTemplate
    private let failure: MustacheTemplate

    init() {
        guard let page = try? MustacheTemplate(string: PageTemplate.page),
            let failure = try? MustacheTemplate(string: PageTemplate.failure)
        else { preconditionFailure("a template of the status page has a fault") }
        self.page = page
        self.failure = failure
    }

    /// `formToken` is carried by every form; nil where orders are refused.
    func html(_ board: StatusBoard, formToken: String?) -> String {
        page.render(PageModel(board, formToken: formToken))
    }

    private struct Failure {
        let status: Int
        let message: String
        let hint: String?
    }

    func html(_ status: Int, message: String, hint: String?) -> String {
        failure.render(Failure(status: status, message: message, hint: hint))
    }
}
