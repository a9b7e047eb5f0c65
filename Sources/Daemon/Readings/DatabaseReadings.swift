import JobModel
import Operations

/// Asks every database of the job file how it is, some at a time, each for a limited time.
struct DatabaseReadings: Sendable {
    typealias Probe = @Sendable (DatabaseTarget) async throws -> HealthValues

    /// Databases that are asked at the same time.
    private static let concurrency = 8
    /// No database is waited for longer.
    static let patience = Duration.seconds(5)

    let configuration: @Sendable () -> Configuration
    let probe: Probe

    func read() async -> [DatabaseStatus] {
        let targets = configuration().databases
        var rest = targets[...]
        return await withTaskGroup(of: DatabaseStatus.self) { group in
            for target in rest.prefix(Self.concurrency) { group.addTask { await ask(target) } }
            rest = rest.dropFirst(Self.concurrency)
            var found: [String: DatabaseStatus] = [:]
            for await status in group {
                found[status.name] = status
                if let next = rest.popFirst() { group.addTask { await ask(next) } }
            }
            return targets.compactMap { found[$0.name] }
        }
    }

    private func ask(_ target: DatabaseTarget) async -> DatabaseStatus {
        var status = DatabaseStatus(name: target.name)
        let clock = ContinuousClock()
        let begin = clock.now
        do {
            status.health = try await Patience.atMost(Self.patience) { try await probe(target) }
            status.isUp = true
            status.latencyInSeconds = (clock.now - begin) / .seconds(1)
        } catch {
            status.isUp = false
            status.trouble = Patience.reason(error, patience: Self.patience)
        }
        return status
    }
}

/// Work that is not waited for beyond a limit.
enum Patience {
    struct Exhausted: Error {}

    /// Throws ``Exhausted`` where the work took longer; it is cancelled then.
    static func atMost<Result: Sendable>(
        _ limit: Duration, _ work: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            guard let result = try await group.next() ?? nil else { throw Exhausted() }
            return result
        }
    }

    /// For people; holds no secret, as no ``UserFacingError`` does.
    static func reason(_ error: any Error, patience: Duration) -> String {
        if error is Exhausted { return "it did not answer within \(patience.components.seconds) s" }
        return (error as? any UserFacingError)?.message ?? "it could not be asked"
    }
}
