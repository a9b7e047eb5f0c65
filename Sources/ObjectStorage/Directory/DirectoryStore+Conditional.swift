import Crypto
import JobModel
import SystemPackage

/// Look and write under a lock of the folder, so that nobody comes between. The lock is flock(2): it goes with the
/// process that holds it, and on NFS it needs a server that keeps locks.
extension DirectoryStore {
    package func current(_ key: ObjectKey) async throws -> CurrentObject? {
        let segments = key.segments
        return try reading(key) { () throws(Errno) in
            try tree.folder(segments.dropLast())?.current(segments[segments.count - 1])
        }
    }

    package func write(
        _ bytes: [UInt8], to key: ObjectKey, if condition: WriteCondition
    ) async throws -> ConditionalWrite {
        try Task.checkCancellation()
        do throws(Errno) {
            return try writeNow(bytes, to: key.segments, if: condition)
        } catch {
            throw StorageError(writing: path(of: key.description), error)
        }
    }

    private func writeNow(
        _ bytes: [UInt8], to segments: [String], if condition: WriteCondition
    ) throws(Errno) -> ConditionalWrite {
        // Somebody else's deletion may remove the folder while it is empty still.
        for _ in 0..<10 {
            do throws(Errno) {
                let folder = try tree.makeFolder(segments.dropLast())
                let result = try folder.write(bytes, to: segments[segments.count - 1], if: condition)
                if result == .refused { tree.removeEmptyFolders(segments.dropLast()) }
                return result
            } catch .noSuchFileOrDirectory {
                continue
            }
        }
        throw .noSuchFileOrDirectory
    }
}

extension OpenFolder {
    fileprivate func current(_ name: String) throws(Errno) -> CurrentObject? {
        guard let file = try openFile(name) else { return nil }
        let status = try file.status()
        guard status.sizeInBytes <= Int64(CurrentObject.limitInBytes) else { throw .fileTooLarge }
        let bytes = try file.read(CurrentObject.limitInBytes, at: 0)
        return CurrentObject(bytes: bytes, version: ObjectVersion(digestOf: bytes), modifiedAt: status.modifiedAt)
    }

    fileprivate func write(
        _ bytes: [UInt8], to name: String, if condition: WriteCondition
    ) throws(Errno) -> ConditionalWrite {
        let lockName = TemporaryName.lock(for: name)
        let lock = try FileLock(lockName, in: self)
        let result: ConditionalWrite
        do throws(Errno) {
            result = try writeLocked(bytes, to: name, if: condition)
        } catch {
            try? removeFile(lockName)
            throw error
        }
        try removeFile(lockName)
        lock.release()
        return result
    }

    private func writeLocked(
        _ bytes: [UInt8], to name: String, if condition: WriteCondition
    ) throws(Errno) -> ConditionalWrite {
        let version = try current(name)?.version
        switch condition {
        case .absent: guard version == nil else { return .refused }
        case .unchanged(let expected): guard version == expected else { return .refused }
        }
        let temporaryName = TemporaryName.random(for: name)
        let file = try createFile(temporaryName)
        do throws(Errno) {
            try file.write(bytes)
            try file.synchronize()
            try rename(temporaryName, to: name)
        } catch {
            try? removeFile(temporaryName)
            throw error
        }
        try synchronize()
        return .written(ObjectVersion(digestOf: bytes))
    }
}

extension ObjectVersion {
    fileprivate init(digestOf bytes: [UInt8]) {
        self.init(Hexadecimal.text(of: SHA256.hash(data: bytes)))
    }
}
