import Foundation
import Glibc
import JobModel
import Testing

@testable import ObjectStorage

/// A file system of its own; only root may mount one.
private func withFileSystem(_ options: String, _ body: (String) async throws -> Void) async throws {
    try await withTemporaryDirectory { path in
        try #require(mount("dbops", path, "tmpfs", UInt(MS_NOSUID), options) == 0)
        defer { umount2(path, CInt(MNT_DETACH)) }
        try await body(path)
    }
}

private let mayMount: Bool = {
    let path = FileManager.default.temporaryDirectory.path + "/dbops-mount-\(UUID().uuidString)"
    guard geteuid() == 0, mkdir(path, 0o700) == 0 else { return false }
    defer { rmdir(path) }
    guard mount("dbops", path, "tmpfs", UInt(MS_NOSUID), "size=64k") == 0 else { return false }
    umount2(path, CInt(MNT_DETACH))
    return true
}()

struct DirectoryStoreTests {
    private let key = ObjectKey("job/id/x")

    private func mode(_ path: String) -> mode_t {
        var status = stat()
        lstat(path, &status)
        return status.st_mode & 0o7777
    }

    @Test func `files and folders are the owner's alone`() async throws {
        try await withTemporaryDirectory { path in
            let store = DirectoryStore(path: path + "/new/store")
            _ = try await store.write([1], to: key)
            #expect(mode(path + "/new/store/job/id/x") == 0o600)
            for folder in ["/new", "/new/store", "/new/store/job", "/new/store/job/id"] {
                #expect(mode(path + folder) == 0o700)
            }
        }
    }

    @Test func `a missing directory is not available to readers`() async throws {
        let store = DirectoryStore(path: "/no/such/directory")
        for attempt in [
            { _ = try await store.list(under: nil) },
            { _ = try await store.list(under: ObjectKey("a")) },
            { _ = try await store.folders(under: nil) },
            { _ = try await store.info(ObjectKey("a")) },
            { _ = try await store.reader(for: ObjectKey("a/b"), range: nil) },
            { try await store.delete([ObjectKey("a")]) },
        ] as [() async throws -> Void] {
            await #expect(
                throws: StorageError.unavailable(
                    store: "file:///no/such/directory", reason: "No such file or directory",
                    hint: "Check the path, and that the disk is mounted.")
            ) { try await attempt() }
        }
    }

    @Test func `a file is no directory`() async throws {
        try await withTemporaryDirectory { path in
            try Data().write(to: URL(fileURLWithPath: path + "/file"))
            let store = DirectoryStore(path: path + "/file")
            let reading = await #expect(throws: StorageError.self) { _ = try await store.list(under: nil) }
            #expect(reading?.category == .unavailable)
            let writing = await #expect(throws: StorageError.self) { _ = try await store.write([1], to: key) }
            #expect(writing?.category == .cannotWrite)
        }
    }

    @Test func `listings show no unfinished object and no lost+found`() async throws {
        try await withTemporaryDirectory { path in
            let store = DirectoryStore(path: path)
            _ = try await store.write([1], to: ObjectKey("a/x"))
            _ = try await store.write([1], to: ObjectKey("a/.hidden"))
            try Data([1]).write(to: URL(fileURLWithPath: path + "/a/.x.dbops-partial-0123456789abcdef"))
            try FileManager.default.createDirectory(atPath: path + "/lost+found", withIntermediateDirectories: false)
            try Data([1]).write(to: URL(fileURLWithPath: path + "/lost+found/y"))
            #expect(try await store.list(under: nil).map(\.key.description) == ["a/.hidden", "a/x"])
            #expect(try await store.folders(under: nil) == ["a"])
        }
    }

    @Test func `links lead nowhere`() async throws {
        try await withTemporaryDirectory { path in
            let store = DirectoryStore(path: path + "/store")
            _ = try await store.write([1], to: ObjectKey("real/x"))
            let outside = path + "/outside"
            try FileManager.default.createDirectory(atPath: outside, withIntermediateDirectories: false)
            try Data([7]).write(to: URL(fileURLWithPath: outside + "/secret"))
            symlink(outside, path + "/store/folder")
            symlink(outside + "/secret", path + "/store/file")

            #expect(try await store.list(under: nil).map(\.key.description) == ["real/x"])
            #expect(try await store.list(under: ObjectKey("folder")).isEmpty)
            #expect(try await store.folders(under: nil) == ["real"])
            #expect(try await store.info(ObjectKey("folder/secret")) == nil)
            #expect(try await store.info(ObjectKey("file")) == nil)
            for name in ["folder/secret", "file"] {
                await #expect(throws: StorageError.notFound(object: name, store: store.location.url)) {
                    _ = try await store.reader(for: ObjectKey(name), range: nil)
                }
            }
            let error = await #expect(throws: StorageError.self) {
                _ = try await store.write([1], to: ObjectKey("folder/new"))
            }
            #expect(error?.category == .cannotWrite)
            try await store.delete([ObjectKey("folder/secret")])
            #expect(try FileManager.default.contentsOfDirectory(atPath: outside) == ["secret"])
        }
    }

    @Test func `writing over a link replaces the link`() async throws {
        try await withTemporaryDirectory { path in
            let store = DirectoryStore(path: path + "/store")
            _ = try await store.write([1], to: ObjectKey("x"))
            try Data([7]).write(to: URL(fileURLWithPath: path + "/outside"))
            unlink(path + "/store/x")
            symlink(path + "/outside", path + "/store/x")
            _ = try await store.write([2], to: ObjectKey("x"))
            #expect(try Data(contentsOf: URL(fileURLWithPath: path + "/outside")) == Data([7]))
            #expect(try await store.everything(ObjectKey("x")) == [2])
        }
    }

    @Test func `a root that is a link is the operator's own`() async throws {
        try await withTemporaryDirectory { path in
            try FileManager.default.createDirectory(atPath: path + "/real", withIntermediateDirectories: false)
            symlink(path + "/real", path + "/link")
            let store = DirectoryStore(path: path + "/link")
            _ = try await store.write([1], to: key)
            #expect(try await store.list(under: nil).map(\.key) == [key])
        }
    }

    @Test func `deleting removes emptied folders, and never the store`() async throws {
        try await withTemporaryDirectory { path in
            let store = DirectoryStore(path: path + "/store")
            _ = try await store.write([1], to: ObjectKey("a/b/c/x"))
            _ = try await store.write([1], to: ObjectKey("a/y"))
            try await store.delete([ObjectKey("a/b/c/x")])
            #expect(try FileManager.default.contentsOfDirectory(atPath: path + "/store/a") == ["y"])
            try await store.delete([ObjectKey("a/y")])
            #expect(try FileManager.default.contentsOfDirectory(atPath: path + "/store") == [])
        }
    }

    @Test func `a folder is not deleted in place of an object`() async throws {
        try await withTemporaryDirectory { path in
            let store = DirectoryStore(path: path)
            _ = try await store.write([1], to: ObjectKey("a/x"))
            try await store.delete([ObjectKey("a")])
            #expect(try await store.list(under: nil).map(\.key.description) == ["a/x"])
        }
    }

    @Test func `an object replaced while it is read is read as it was`() async throws {
        try await withTemporaryDirectory { path in
            let store = DirectoryStore(path: path)
            let old = sampleBytes(3 << 20)
            _ = try await store.write(old, to: key)
            let reader = try await store.reader(for: key, range: nil)
            var bytes = try #require(try await reader.next())
            _ = try await store.write([1], to: key)
            while let piece = try await reader.next() { bytes += piece }
            #expect(bytes == old)
        }
    }

    @Test(arguments: [0, 1_500_000, 5 << 20])
    func `a file that changes under the reader is an error`(_ newSize: Int) async throws {
        try await withTemporaryDirectory { path in
            let store = DirectoryStore(path: path)
            _ = try await store.write(sampleBytes(3 << 20), to: key)
            let reader = try await store.reader(for: key, range: nil)
            _ = try await reader.next()
            truncate(path + "/\(key)", newSize)
            let error = await #expect(throws: StorageError.self) { while try await reader.next() != nil {} }
            #expect(error?.category == .damaged)
        }
    }

    @Test func `a writer that is let go leaves nothing`() async throws {
        try await withTemporaryDirectory { path in
            let store = DirectoryStore(path: path + "/store")
            do {
                let writer = try await store.writer(for: key)
                try await writer.append([1])
            }
            // The writer's end runs on its own thread.
            while !(FileManager.default.subpaths(atPath: path + "/store") ?? []).isEmpty { await Task.yield() }
        }
    }

    @Test func `names as long as a file system allows are written`() async throws {
        try await withTemporaryDirectory { path in
            let store = DirectoryStore(path: path)
            let name = String(repeating: "é", count: 127)
            _ = try await store.write([1], to: ObjectKey(name))
            #expect(try await store.list(under: nil).map(\.key.description) == [name])
        }
    }

    @Test func `a name longer than a file system allows is refused with its words`() async throws {
        try await withTemporaryDirectory { path in
            let store = DirectoryStore(path: path)
            let error = await #expect(throws: StorageError.self) {
                _ = try await store.write([1], to: ObjectKey(String(repeating: "x", count: 300)))
            }
            #expect(error?.message.contains("File name too long") == true)
            try await expectNothing(in: store)
        }
    }

    @Test(.enabled(if: mayMount, "only root may mount a small file system"))
    func `a full disk is reported and leaves what was there`() async throws {
        try await withFileSystem("size=4m") { path in
            let store = DirectoryStore(path: path)
            _ = try await store.write([1, 2], to: ObjectKey("old/x"))
            let error = await #expect(throws: StorageError.self) {
                _ = try await store.write(sampleBytes(8 << 20), to: key)
            }
            #expect(error?.message == "cannot write \(path)/job/id/x: No space left on device")
            #expect(error?.hint == "Free space in the store's file system.")
            #expect(try await store.list(under: nil).map(\.key.description) == ["old/x"])
            #expect(try await store.everything(ObjectKey("old/x")) == [1, 2])
            #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["old"])
            _ = try await store.write(sampleBytes(2 << 20), to: key)
        }
    }

    @Test(.enabled(if: mayMount, "only root may mount a read-only file system"))
    func `a read-only directory is read, and refuses writes and deletions`() async throws {
        try await withFileSystem("size=4m") { path in
            let store = DirectoryStore(path: path)
            _ = try await store.write([1], to: ObjectKey("old/x"))
            try #require(mount("dbops", path, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), nil) == 0)
            for attempt in [
                { _ = try await store.write([1], to: key) },
                { _ = try await store.write([1], to: ObjectKey("old/y")) },
                { try await store.delete([ObjectKey("old/x")]) },
            ] as [() async throws -> Void] {
                let error = await #expect(throws: StorageError.self) { try await attempt() }
                #expect(error?.message.contains("Read-only file system") == true)
                #expect(error?.category == .cannotWrite)
            }
            #expect(try await store.everything(ObjectKey("old/x")) == [1])
        }
    }

    @Test(.enabled(if: geteuid() != 0, "root may read and write everywhere"))
    func `a directory of somebody else's is denied`() async throws {
        try await withTemporaryDirectory { path in
            let store = DirectoryStore(path: path)
            chmod(path, 0)
            defer { chmod(path, 0o700) }
            let reading = await #expect(throws: StorageError.self) { _ = try await store.list(under: nil) }
            #expect(reading?.category == .permission)
            let writing = await #expect(throws: StorageError.self) { _ = try await store.write([1], to: key) }
            #expect(writing?.category == .cannotWrite)
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root can become somebody else"))
    func `a folder that may not be read is named`() async {
        await #expect(processExitsWith: .success) {
            try await withTemporaryDirectory { path in
                chmod(path, 0o755)
                for folder in ["a", "a/open", "a/shut"] {
                    mkdir("\(path)/\(folder)", 0o755)
                }
                chmod("\(path)/a/shut", 0)
                let nobody: uid_t = 65_534
                try #require(seteuid(nobody) == 0)
                defer { seteuid(0) }
                let error = await #expect(throws: StorageError.self) {
                    _ = try await DirectoryStore(path: path).list(under: nil)
                }
                #expect(error?.message == "the store file://\(path) refused access: a/shut: Permission denied")
            }
        }
    }

    @Test func `a limit for file sizes is an error, not the end of the process`() async {
        await #expect(processExitsWith: .success) {
            var limit = rlimit(rlim_cur: 1 << 20, rlim_max: 1 << 20)
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            let path = FileManager.default.temporaryDirectory.path + "/dbops-limit-\(UUID().uuidString)"
            defer { try? FileManager.default.removeItem(atPath: path) }
            let store = DirectoryStore(path: path)
            let error = await #expect(throws: StorageError.self) {
                _ = try await store.write(sampleBytes(2 << 20), to: ObjectKey("x"))
            }
            #expect(error?.message == "cannot write \(path)/x: File too large")
        }
    }

    @Test func `a process killed before the rename leaves no object`() async throws {
        try await withTemporaryDirectory { path in
            await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
                let writer = try await DirectoryStore(path: path).writer(for: ObjectKey("a/x"))
                try await writer.append(sampleBytes(2 << 20))
                kill(getpid(), SIGKILL)
            }
            #expect(FileManager.default.subpaths(atPath: path)?.contains { $0.contains("dbops-partial") } == true)
            let listed = try await DirectoryStore(path: path).list(under: nil)
            #expect(listed == [])
        }
    }
}
