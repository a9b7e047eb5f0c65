import Foundation
import Glibc
import SystemPackage

/// A file held open. Every method throws the call's `Errno`.
struct OpenFile: ~Copyable, Sendable {
    private let descriptor: CInt

    init(descriptor: CInt) {
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    func status() throws(Errno) -> FileStatus {
        var result = stat()
        _ = try Errno.check { fstat(descriptor, &result) }
        return FileStatus(result)
    }

    /// Writes all of it at the end.
    func write(_ bytes: [UInt8]) throws(Errno) {
        var start = 0
        while start < bytes.count {
            start += try Errno.check {
                bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress.map { $0 + start }, $0.count - start) }
            }
        }
    }

    /// Up to `count` bytes from `offset` on; fewer only at the end.
    func read(_ count: Int, at offset: Int64) throws(Errno) -> [UInt8] {
        var failure: Errno?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = 0
            do throws(Errno) {
                while filled < count {
                    let address = buffer.baseAddress.map { $0 + filled }
                    let got = try Errno.check {
                        pread(descriptor, address, count - filled, off_t(offset) + off_t(filled))
                    }
                    if got == 0 { return }
                    filled += got
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    func synchronize() throws(Errno) {
        _ = try Errno.check { fsync(descriptor) }
    }
}

/// What a store needs of stat(2).
struct FileStatus: Equatable, Sendable {
    let isRegularFile: Bool
    let isFolder: Bool
    let sizeInBytes: Int64
    let modifiedAt: Date

    init(_ status: stat) {
        isRegularFile = status.st_mode & S_IFMT == S_IFREG
        isFolder = status.st_mode & S_IFMT == S_IFDIR
        sizeInBytes = Int64(status.st_size)
        modifiedAt = Date(
            timeIntervalSince1970: Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1_000_000_000)
    }
}

extension Errno {
    /// The result of a call that says -1 where it failed; called again where a signal interrupted it.
    static func check<Number: SignedInteger>(_ call: () -> Number) throws(Errno) -> Number {
        while true {
            let result = call()
            if result != -1 { return result }
            let error = Errno.current
            if error != .interrupted { throw error }
        }
    }

    static var current: Errno { Errno(rawValue: Glibc.errno) }
}
