import Foundation
import JobModel

/// What requests may have done: each is a POST that ``AccessRule`` has let pass.
struct SiteOrders: Sendable {
    let sources: SiteSources

    private struct Done: Encodable {
        var done: String
        var run: RunID?
        var job: String?
        var backup: BackupID?
        /// Whether it outlives this process.
        var kept: Bool?
        var concurrency: Int?
    }

    /// Nil where there is no such order. A browser's form is sent on to the page.
    func answer(to request: SiteRequest) async -> SiteAnswer? {
        guard request.segments.prefix(2) == ["api", "v1"] else { return nil }
        do {
            guard let done = try await follow(Array(request.segments.dropFirst(2)), request) else { return nil }
            let isForm = request.prefersHTML && request.headers["content-type"]?.hasPrefix("application/x-www") == true
            return isForm ? .seeOther("/") : .json(done.run == nil ? 200 : 202, done)
        } catch let error as ThrottleError {
            return .failure(400, error.message, hint: error.hint)
        } catch let error as any UserFacingError {
            return .failure(error)
        } catch {
            return .failure(503, "it could not be done", hint: nil)
        }
    }

    private func follow(_ path: [String], _ request: SiteRequest) async throws -> Done? {
        if path == ["throttle"] { return try await throttle(request) }
        guard path.count == 3 else { return nil }
        switch (path[0], path[2]) {
        case ("jobs", "run"):
            return Done(done: "run", run: try await sources.runNow(path[1]), job: path[1])
        case ("jobs", "pause"):
            return Done(done: "pause", job: path[1], kept: try await sources.pause(path[1]))
        case ("jobs", "resume"):
            return Done(done: "resume", job: path[1], kept: try await sources.resume(path[1]))
        case ("runs", "stop"):
            guard let run = RunID(path[1]) else { throw OrderError.noSuchRun(path[1]) }
            try await sources.stop(run)
            return Done(done: "stop", run: run)
        case ("backups", "pin"), ("backups", "unpin"):
            guard let id = BackupID(path[1]) else { throw OrderError.noSuchBackup(path[1]) }
            try await sources.pin(id, path[2] == "pin")
            return Done(done: path[2], backup: id)
        default: return nil
        }
    }

    private struct Throttle: Decodable {
        let concurrency: Int?
    }

    private struct ThrottleError: Error {
        let message = "throttle takes a number of runs at the same time, or null for as many as the job file says"
        let hint = "Send {\"concurrency\": 1}."
    }

    private func throttle(_ request: SiteRequest) async throws -> Done {
        guard let wanted = try? JSONDecoder().decode(Throttle.self, from: Data(request.body)),
            wanted.concurrency.map({ (0...1_000).contains($0) }) ?? true
        else { throw ThrottleError() }
        await sources.limit(wanted.concurrency)
        return Done(done: "throttle", kept: false, concurrency: wanted.concurrency)
    }
}
