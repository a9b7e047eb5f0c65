import Foundation
import Glibc
import Logging
import Testing

@testable import Daemon

@Suite struct ServiceManagerTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test func `tells systemd in its own words`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "dbops-notify-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "socket").path
        let receiver = try DatagramReceiver(path: path)
        let manager = ServiceManager(environment: ["NOTIFY_SOCKET": path], logger: logger)
        manager.tell(.ready)
        manager.tell(.status("two jobs\nrun"))
        manager.tell(.reloading(monotonicMicroseconds: 17))
        manager.tell(.watchdog)
        manager.tell(.stopping)
        #expect(receiver.receive() == "READY=1")
        #expect(receiver.receive() == "STATUS=two jobs run")
        #expect(receiver.receive() == "RELOADING=1\nMONOTONIC_USEC=17")
        #expect(receiver.receive() == "WATCHDOG=1")
        #expect(receiver.receive() == "STOPPING=1")
    }

    @Test(arguments: [[:], ["NOTIFY_SOCKET": ""], ["NOTIFY_SOCKET": "relative"], ["NOTIFY_SOCKET": "/nowhere/at/all"]])
    func `does nothing where nobody listens`(environment: [String: String]) {
        ServiceManager(environment: environment, logger: logger).tell(.ready)
    }
}

/// A socket that takes datagrams, as systemd's does.
private final class DatagramReceiver {
    private let descriptor: Int32

    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
    }

    deinit { close(descriptor) }

    func receive() -> String? {
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
    }
}
