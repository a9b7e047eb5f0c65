import Crypto
import Foundation
import JobModel

/// A notice as a ping: which of a check's addresses is called, and with which text.
///
/// Source: healthchecks.io, "Pinging API": the URL for a success, `/start`, `/fail`, `/log` (recorded, changes nothing);
/// `rid` binds a start to its end; of a body the first 100 kB are kept.
struct HealthchecksPing {
    let notice: Notice

    /// `base` with the address of this notice behind its path, and the run's id in its query.
    func url(base: String) -> String {
        let parts = base.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var path = String(parts.first ?? "")
        while path.hasSuffix("/") { path.removeLast() }
        let query = (parts.count > 1 ? [String(parts[1])] : []) + (runID.map { ["rid=\($0)"] } ?? [])
        return path + address + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
    }

    var body: String {
        let text = NoticeText(notice)
        return NoticeText.shortened("\(text.title)\n\n\(text.body)", to: 10_000)
    }

    private var address: String {
        switch (notice.subject, notice.event) {
        case (.run, .started): "/start"
        case (.run, .succeeded), (.run, .recovered): ""
        case (.run, .failed), (.run, .partial), (.run, .verificationFailed), (_, .stale): "/fail"
        // A missed run sends no success, which is what the check waits for; only its end says that a job is well.
        default: "/log"
        }
    }

    /// The same UUID at a run's start and end, made of the run's id (RFC 9562, version 8).
    private var runID: String? {
        guard case .run(let run) = notice.subject else { return nil }
        var bytes = Array(SHA256.hash(data: Data(run.id.description.utf8)).prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = Hexadecimal.text(of: bytes)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append("-") }
            text.append(digit)
        }
        return text
    }
}
