import Foundation
import Glibc
import Testing

/// A file system of its own in memory, to be full or read-only. Only root can make one.
final class SmallDisk: Sendable {
    let path: String

    /// Whether this machine lets us.
    static let isAvailable: Bool = {
        guard geteuid() == 0, let workplace = try? Workplace() else { return false }
        return (try? SmallDisk(in: workplace, sizeInMebibytes: 1)) != nil
    }()

    init(in workplace: Workplace, sizeInMebibytes: Int) throws {
        path = "\(workplace.folder)/disk"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(sizeInMebibytes)m") == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EPERM)
        }
    }

    func makeReadOnly() throws {
        guard mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), nil) == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EPERM)
        }
    }

    deinit { umount2(path, Int32(MNT_DETACH)) }
}
