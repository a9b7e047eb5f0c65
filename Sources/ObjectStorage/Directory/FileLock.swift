import Glibc
import SystemPackage

/// The exclusive lock on a small file that exists for nothing else. Ends with the value, and with the process.
///
/// The file is removed by its holder, so a lock counts only while its file still bears the name. Source: flock(2).
struct FileLock: ~Copyable {
    private let descriptor: CInt

    private static let pauseInMicroseconds: UInt32 = 5_000
    private static let mostPauses = 2_000

    /// Waits up to 10 s, on the calling thread; then throws `EAGAIN`.
    init(_ name: String, in folder: borrowing OpenFolder) throws(Errno) {
        for _ in 0..<Self.mostPauses {
            let file = try folder.openLockFile(name)
            if flock(file, LOCK_EX | LOCK_NB) == 0, folder.names(name, file) {
                descriptor = file
                return
            }
            close(file)
            usleep(Self.pauseInMicroseconds)
        }
        throw .wouldBlock
    }

    deinit { close(descriptor) }

    /// Ends the lock here, and not where the compiler sees its last use.
    consuming func release() {}
}
