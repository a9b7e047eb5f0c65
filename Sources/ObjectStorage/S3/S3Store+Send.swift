import Foundation
import HTTPTransport
import JobModel
import Synchronization

extension S3Store {
    /// The answer of a success. Throws ``StorageError``, where `object` is the name for people, or `CancellationError`.
    func send(_ request: S3Request, object: String) async throws -> HTTPResponse {
        switch try await outcome(of: request) {
        case .success(let response): return response
        case .failure(let problem): throw storageError(problem, object: object)
        }
    }

    /// How a request ends after all its attempts. Throws `CancellationError` alone.
    func outcome(of request: S3Request) async throws -> Result<HTTPResponse, S3Problem> {
        try await outcome(of: begin(request))
    }

    /// Signs a request and lets it go; nobody need wait for it yet.
    func begin(_ request: S3Request) -> S3Exchange {
        S3Exchange(request: request, exchange: transport.begin(signed(request)))
    }

    /// How a request ends that is under way, after further attempts where it needs them.
    func outcome(of first: S3Exchange) async throws -> Result<HTTPResponse, S3Problem> {
        var exchange = first
        var attempt = 1
        var hasSetClock = false
        while true {
            switch try await verdict(on: exchange) {
            case .success(let response): return .success(response)
            case .final(let problem): return .failure(problem)
            case .skewed(let problem, let serverDate):
                guard !hasSetClock else { return .failure(problem) }
                hasSetClock = true
                setClock(serverDate)
            case .transient(let problem, let retryAfter):
                guard attempt < permittedAttempts(problem) else { return .failure(problem) }
                try await pause(after: attempt, atLeast: retryAfter)
                attempt += 1
            }
            exchange = begin(exchange.request)
        }
    }

    /// One attempt's end.
    func verdict(on exchange: S3Exchange) async throws -> S3Verdict {
        let result: Result<HTTPResponse, HTTPError>
        do {
            result = .success(try await exchange.exchange.response())
            memory.withLock { $0.hasAnswered = true }
        } catch let error as HTTPError {
            result = .failure(error)
        }
        return S3Verdict(result, method: exchange.request.method)
    }

    func pause(after attempt: Int, atLeast least: Duration? = nil) async throws {
        let delay = settings.retry.delay(attempt: attempt, jitter: surroundings.jitter())
        try await surroundings.sleep(max(delay, least ?? .zero))
    }

    func setClock(_ serverDate: Date) {
        let offset = serverDate.timeIntervalSince(surroundings.clock.now)
        memory.withLock { $0.clockOffset = offset }
    }

    private func permittedAttempts(_ problem: S3Problem) -> Int {
        if case .transport = problem, !memory.withLock({ $0.hasAnswered }) {
            return min(settings.retry.attempts, settings.retry.attemptsBeforeFirstAnswer)
        }
        return settings.retry.attempts
    }

    private func signed(_ request: S3Request) -> HTTPRequest {
        let offset = memory.withLock { $0.clockOffset }
        let date = CivilTime(surroundings.clock.now.addingTimeInterval(offset))
        let canonical = signer.canonicalRequest(
            method: request.method, host: endpoint.host, path: endpoint.path(forKey: request.key),
            query: request.query, headers: request.headers, payloadHash: request.bodyHash, date: date)
        let authorization = HTTPHeader("authorization", signer.authorization(for: canonical, date: date))
        return HTTPRequest(
            method: request.method, url: endpoint.url(canonical),
            headers: canonical.headers.filter { $0.name != "host" } + [authorization], body: request.body,
            responseLimitInBytes: request.responseLimitInBytes,
            stallTimeout: request.stallTimeout ?? settings.stallTimeout)
    }
}
