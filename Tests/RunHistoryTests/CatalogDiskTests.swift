import Foundation
import Glibc
import JobModel
import RunHistory
import TestSupport
import Testing

/// Disks that are full or read-only. Only root can make them.
struct CatalogDiskTests {
    @Test(.enabled(if: TinyDisk.isAvailable, "only root can mount a small file system"))
    func `a full disk is said to be full, and the history works again when there is room`() async throws {
        let disk = try TinyDisk(sizeInKibibytes: 512)
        let catalog = try await RunCatalog.open(directory: "\(disk.path)/state", now: .example(0)).catalog
        let run = Run.example()
        _ = try await catalog.claim(run)
        try disk.fill()
        let error = await #expect(throws: HistoryError.self) {
            for second in 1..<10_000 { _ = try await catalog.claim(.example(due: second)) }
        }
        #expect(error == .diskFull(path: "\(disk.path)/state/dbops.sqlite"))
        #expect(error?.category == .cannotWrite)
        #expect(try await catalog.allRuns().last == run)
        try disk.makeRoom()
        #expect(try await catalog.claim(.example(due: 20_000)))
        await catalog.close()
    }

    @Test(.enabled(if: TinyDisk.isAvailable, "only root can mount a small file system"))
    func `a history cannot be begun on a full disk`() async throws {
        let disk = try TinyDisk(sizeInKibibytes: 512)
        try FileManager.default.createDirectory(atPath: "\(disk.path)/state", withIntermediateDirectories: true)
        try disk.fill()
        let error = await #expect(throws: HistoryError.self) {
            _ = try await RunCatalog.open(directory: "\(disk.path)/state", now: .example(0))
        }
        #expect(error == .diskFull(path: "\(disk.path)/state/dbops.sqlite"))
        try disk.makeRoom()
        let opened = try await RunCatalog.open(directory: "\(disk.path)/state", now: .example(0))
        #expect(opened.warning == nil)
        await opened.catalog.close()
    }

    @Test(.enabled(if: TinyDisk.isAvailable, "only root can mount a small file system"))
    func `a read-only disk cannot be written, but read`() async throws {
        let disk = try TinyDisk(sizeInKibibytes: 1_024)
        let state = "\(disk.path)/state"
        let run = Run.example()
        let first = try await RunCatalog.open(directory: state, now: .example(0)).catalog
        _ = try await first.claim(run)
        await first.close()
        try disk.makeReadOnly()
        let error = await #expect(throws: HistoryError.self) {
            _ = try await RunCatalog.open(directory: state, now: .example(0))
        }
        #expect(error?.category == .cannotWrite)
        #expect(error?.message.contains("Read-only file system") == true)
        let reader = try await RunCatalog.openForReading(directory: state)
        #expect(try await reader.allRuns() == [run])
        await reader.close()
    }

    @Test func `a place below a file cannot be written`() async throws {
        let folder = try TestFolder()
        try Data().write(to: URL(fileURLWithPath: "\(folder.path)/file"))
        let error = await #expect(throws: HistoryError.self) {
            _ = try await RunCatalog.open(directory: "\(folder.path)/file/state", now: .example(0))
        }
        #expect(error?.category == .cannotWrite)
        #expect(error?.message.contains("Not a directory") == true)
    }
}

/// A small file system in memory.
private final class TinyDisk: Sendable {
    private let folder: TestFolder
    var path: String { "\(folder.path)/disk" }

    static let isAvailable = geteuid() == 0 && (try? TinyDisk(sizeInKibibytes: 64)) != nil

    init(sizeInKibibytes: Int) throws {
        folder = try TestFolder()
        try FileManager.default.createDirectory(atPath: "\(folder.path)/disk", withIntermediateDirectories: true)
        guard mount("tmpfs", "\(folder.path)/disk", "tmpfs", 0, "size=\(sizeInKibibytes)k") == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EPERM)
        }
    }

    deinit { umount2(path, Int32(MNT_DETACH)) }

    private var ballast: String { "\(path)/ballast" }

    func fill() throws {
        let descriptor = open(ballast, O_WRONLY | O_CREAT, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let block = [UInt8](repeating: 0, count: 4_096)
        while write(descriptor, block, block.count) > 0 {}
    }

    func makeRoom() throws {
        try FileManager.default.removeItem(atPath: ballast)
    }

    func makeReadOnly() throws {
        guard mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), nil) == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EPERM)
        }
    }
}
