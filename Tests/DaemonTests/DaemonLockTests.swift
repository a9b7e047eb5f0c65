import Foundation
import Testing

@testable import Daemon

@Suite struct DaemonLockTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "dbops-lock-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path)
    }

    @Test func `lets one daemon at a time use a state directory, and names it`() throws {
        try withFolder { folder in
            let own = ProcessInfo.processInfo.processIdentifier
            do {
                let lock = try DaemonLock(directory: folder)
                #expect(DaemonLock.runningDaemon(in: folder) == own)
                #expect(throws: DaemonError.alreadyRunning(process: own, path: "\(folder)/daemon.pid")) {
                    _ = try DaemonLock(directory: folder)
                }
                withExtendedLifetime(lock) {}
            }
            #expect(DaemonLock.runningDaemon(in: folder) == nil)
            _ = try DaemonLock(directory: folder)
        }
    }

    @Test func `takes the file of a daemon that was killed for what it is`() throws {
        try withFolder { folder in
            try Data("4711\n".utf8).write(to: URL(fileURLWithPath: "\(folder)/daemon.pid"))
            #expect(DaemonLock.runningDaemon(in: folder) == nil)
            _ = try DaemonLock(directory: folder)
        }
    }

    @Test func `says which place it cannot write`() {
        #expect(throws: DaemonError.cannotLock(path: "/nowhere/at/all", reason: "No such file or directory")) {
            _ = try DaemonLock(directory: "/nowhere/at/all")
        }
    }
}
