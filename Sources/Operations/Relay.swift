import BlockingWork

/// Two tasks and a bounded channel between them: one makes things, bytes mostly, the other takes them, and the slower
/// one sets the pace.
enum Relay {
    typealias Send = @Sendable ([UInt8]) async throws -> Void
    typealias Next = @Sendable () async throws -> [UInt8]?

    /// Runs both ends to their end, through a channel of their own.
    static func run<Produced: Sendable, Consumed>(
        produce: @escaping @Sendable (_ send: @escaping Send) async throws -> Produced,
        consume: (_ next: @escaping Next) async throws -> Consumed
    ) async throws -> (Produced, Consumed) {
        try await run(through: Channel<[UInt8]>(capacity: 1), produce: produce, consume: consume)
    }

    /// Runs both ends to their end. An error of either end stops the other and is thrown; where both fail, the error
    /// of the end that failed first. Others may take from `channel` as well.
    static func run<Element: Sendable, Produced: Sendable, Consumed>(
        through channel: Channel<Element>,
        produce:
            @escaping @Sendable (_ send: @escaping @Sendable (Element) async throws -> Void) async throws -> Produced,
        consume: (_ next: @escaping @Sendable () async throws -> Element?) async throws -> Consumed
    ) async throws -> (Produced, Consumed) {
        return try await withThrowingTaskGroup(of: Produced.self) { group in
            group.addTask {
                do {
                    let produced = try await produce { try await channel.send($0) }
                    channel.finish()
                    return produced
                } catch {
                    channel.finish(throwing: error)
                    throw error
                }
            }
            let consumed: Consumed
            do {
                consumed = try await consume { try await channel.next() }
            } catch {
                channel.close()
                throw error
            }
            guard let produced = try await group.next() else { throw CancellationError() }
            return (produced, consumed)
        }
    }
}
