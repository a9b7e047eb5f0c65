import BlockingWork
import JobModel
import SystemPackage

/// Reads a file in pieces of 1 MiB. It holds the file open: an object replaced meanwhile is read as it was.
actor DirectoryReader: ObjectReader {
    private nonisolated let executor = SerialThreadExecutor(name: "directory read")
    private let file: OpenFile
    private let opened: FileStatus
    private let key: ObjectKey
    private let store: String
    private let end: Int64
    private var position: Int64

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private static let pieceInBytes = 1 << 20

    init(file: consuming OpenFile, status: FileStatus, key: ObjectKey, store: String, range: Range<Int64>?) {
        self.file = file
        self.key = key
        self.store = store
        opened = status
        position = range?.lowerBound ?? 0
        end = range?.upperBound ?? status.sizeInBytes
    }

    deinit { executor.stop() }

    /// A range beyond the object's end means that the object is shorter than it should be.
    func checkRange() throws {
        guard end > opened.sizeInBytes else { return }
        throw StorageError.damaged(
            object: key.description, reason: "it has \(opened.sizeInBytes) bytes, at least \(end) were expected")
    }

    func next() async throws -> [UInt8]? {
        try Task.checkCancellation()
        guard position < end else { return nil }
        let (bytes, status) = try piece()
        guard !bytes.isEmpty, status == opened else {
            throw StorageError.damaged(object: key.description, reason: "it changed while it was read")
        }
        position += Int64(bytes.count)
        return bytes
    }

    /// The next bytes, and what the file is after they were read.
    private func piece() throws(StorageError) -> ([UInt8], FileStatus) {
        do throws(Errno) {
            let bytes = try file.read(min(Self.pieceInBytes, Int(end - position)), at: position)
            return (bytes, try file.status())
        } catch {
            throw StorageError(reading: key.description, store: store, error)
        }
    }
}
