import BlockingWork
import Crypto
import Glibc
import JobModel
import SystemPackage

/// Writes a file under a temporary name; ``commit()`` makes it durable and renames it.
///
/// No method gives up the actor before it is done, so the bytes of a call stay together.
actor DirectoryWriter: ObjectWriter {
    private nonisolated let executor = SerialThreadExecutor(name: "directory write")
    private let tree: DirectoryTree
    private let key: ObjectKey
    private let folder: OpenFolder
    /// Nil once it is closed.
    private var file: OpenFile?
    private let name: String
    private let temporaryName: String
    private var hash = SHA256()
    private var sizeInBytes: Int64 = 0
    private var state = State.open

    private enum State {
        case open
        case committed
        case discarded
        case failed(any Error)
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Waits for the disk: called on the store's thread.
    init(tree: DirectoryTree, key: ObjectKey) throws(Errno) {
        let segments = key.segments
        name = segments[segments.count - 1]
        temporaryName = TemporaryName.random(for: name)
        self.tree = tree
        self.key = key
        do throws(Errno) {
            folder = try tree.makeFolder(segments.dropLast())
            file = try folder.createFile(temporaryName)
        } catch {
            executor.stop()
            throw error
        }
    }

    isolated deinit {
        removeTemporary()
        executor.stop()
    }

    func append(_ bytes: [UInt8]) async throws {
        try whileOpen { () throws(Errno) in
            try file?.write(bytes)
            hash.update(data: bytes)
            sizeInBytes += Int64(bytes.count)
        }
    }

    func commit() async throws -> StoredObject {
        try whileOpen { () throws(Errno) in
            try file?.synchronize()
            file = nil
            try folder.rename(temporaryName, to: name)
            try folder.synchronize()
        }
        state = .committed
        return StoredObject(key: key, sizeInBytes: sizeInBytes, sha256: Hexadecimal.text(of: hash.finalize()))
    }

    func discard() async {
        removeTemporary()
    }

    /// After a failure nothing can be trusted: a second fsync may succeed without having written anything.
    private func whileOpen(_ body: () throws(Errno) -> Void) throws {
        switch state {
        case .open: break
        case .failed(let error): throw error
        case .discarded: throw CancellationError()
        case .committed: preconditionFailure("a writer is used after its commit")
        }
        do {
            try Task.checkCancellation()
            try Self.withoutFileSizeSignal(body)
        } catch {
            let failure = (error as? Errno).map { StorageError(writing: "\(tree.path)/\(key)", $0) } ?? error
            state = .failed(failure)
            throw failure
        }
    }

    private func removeTemporary() {
        switch state {
        case .committed, .discarded: return
        case .open, .failed: state = .discarded
        }
        file = nil
        try? folder.removeFile(temporaryName)
        tree.removeEmptyFolders(key.segments.dropLast())
    }

    /// Beyond the process's limit for files the kernel ends the process unless SIGXFSZ is blocked; then the call fails
    /// with `EFBIG`. Source: setrlimit(2).
    private static func withoutFileSizeSignal(_ body: () throws(Errno) -> Void) throws(Errno) {
        var blocked = sigset_t()
        sigemptyset(&blocked)
        sigaddset(&blocked, SIGXFSZ)
        pthread_sigmask(SIG_BLOCK, &blocked, nil)
        try body()
    }
}
