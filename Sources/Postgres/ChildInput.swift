import BlockingWork
import Foundation
import SystemPackage

/// What a child process reads as its standard input while it is made: one end of a pair of sockets, because writing to
/// one can be broken off, and a child that has ended does not end this process by SIGPIPE.
actor ChildInput {
    private nonisolated let executor = SerialThreadExecutor(name: "child's input")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private nonisolated let descriptor: FileDescriptor

    /// The end that the child gets.
    nonisolated let childEnd: FileDescriptor

    init() throws(PostgresError) {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw .unexpectedResult("no pair of sockets for a child process: \(Errno(rawValue: errno))")
        }
        descriptor = FileDescriptor(rawValue: ends[0])
        childEnd = FileDescriptor(rawValue: ends[1])
    }

    deinit {
        try? descriptor.close()
        executor.stop()
    }

    /// Waits until the child has room for all of it. False where the child takes no more.
    func write(_ bytes: [UInt8]) -> Bool {
        var position = 0
        while position < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                send(
                    descriptor.rawValue, buffer.baseAddress.map { $0 + position }, bytes.count - position,
                    Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            position += count
        }
        return true
    }

    /// The child finds the end; a write that waits returns false.
    nonisolated func end() {
        shutdown(descriptor.rawValue, Int32(SHUT_WR))
    }
}

extension ChildProcess {
    /// Runs the child with what `next` returns, until nil, as its standard input, and hands its standard output to
    /// `send`, both at the same time. What the child does not read is asked for and dropped, so that `next` comes to its
    /// end. An error of `next` or `send` ends the child and is thrown.
    func filter(
        from next: @escaping @Sendable () async throws -> [UInt8]?,
        into send: @escaping @Sendable ([UInt8]) async throws -> Void
    ) async throws -> Ending {
        let input = try ChildInput()
        var child = self
        child.inputDescriptor = input.childEnd
        return try await withThrowingTaskGroup(of: Ending?.self) { [child] group in
            group.addTask {
                try await Self.feed(input, next)
                return nil
            }
            group.addTask { try await child.handOn(to: send, input) }
            var ending: Ending?
            // The first error is the cause; it ends the other task, and with it the child.
            for try await part in group { ending = part ?? ending }
            guard let ending else { throw CancellationError() }
            return ending
        }
    }

    private func handOn(
        to send: @escaping @Sendable ([UInt8]) async throws -> Void, _ input: ChildInput
    ) async throws -> Ending {
        let (_, ending) = try await withStandardOutput { output in
            do {
                while let bytes = try await output.next() { try await send(bytes) }
            } catch {
                input.end()
                throw error
            }
        }
        return ending
    }

    private static func feed(
        _ input: ChildInput, _ next: @Sendable () async throws -> [UInt8]?
    ) async throws {
        defer { input.end() }
        var isReading = true
        while let bytes = try await next() {
            try Task.checkCancellation()
            if isReading { isReading = await input.write(bytes) }
        }
    }
}
