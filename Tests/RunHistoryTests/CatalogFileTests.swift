import Foundation
import GRDB
import JobModel
import TestSupport
import Testing

@testable import RunHistory

/// What becomes of the files of a run history: who can read them, and what happens to broken ones.
struct CatalogFileTests {
    /// Ways in which a file can be broken.
    enum Damage: String, CaseIterable, Sendable {
        case garbage, wrongHeader, truncated, emptyTail, missingTable, missingIndex, foreign, flippedPage, readOnlyMark

        func apply(to path: String) throws {
            let file = URL(fileURLWithPath: path)
            var bytes = [UInt8](try Data(contentsOf: file))
            switch self {
            case .garbage: bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 / 251) }
            case .wrongHeader: bytes.replaceSubrange(0..<6, with: Array("sqlite".utf8))
            case .truncated: bytes.removeLast(bytes.count / 2 + 100)
            case .emptyTail: for index in 4_096..<bytes.count { bytes[index] = 0 }
            case .flippedPage: for index in stride(from: 4_096, to: bytes.count, by: 4_096) { bytes[index] ^= 0xFF }
            case .readOnlyMark: bytes[18] = 9
            case .missingTable: return try Self.execute("DROP TABLE promises", path)
            case .missingIndex: return try Self.execute("DROP INDEX runs_by_firing", path)
            case .foreign:
                try FileManager.default.removeItem(at: file)
                return try Self.execute("CREATE TABLE runs (a)", path)
            }
            try Data(bytes).write(to: file)
        }

        private static func execute(_ sql: String, _ path: String) throws {
            let queue = try DatabaseQueue(path: path)
            try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
            try queue.close()
        }
    }

    @Test(arguments: Damage.allCases)
    func `a damaged file is set aside, and a new history is begun`(_ damage: Damage) async throws {
        let folder = try TestFolder()
        let catalog = try await folder.openCatalog()
        _ = try await catalog.claim((0..<100).map { .example(due: $0) })
        await catalog.close()
        try damage.apply(to: folder.database)
        let broken = try Data(contentsOf: URL(fileURLWithPath: folder.database))

        let opened = try await RunCatalog.open(directory: folder.state, now: .example(0))

        let aside = "\(folder.database).corrupt-20261121T020000Z"
        #expect(opened.warning?.contains(aside) == true)
        #expect(opened.warning?.contains("damaged") == true)
        let kept = try Data(contentsOf: URL(fileURLWithPath: aside))
        // SQLite may write to a file that it could open.
        #expect(kept == broken || damage != .garbage && damage != .wrongHeader)
        #expect(try await opened.catalog.allRuns() == [])
        #expect(try await opened.catalog.claim(.example()))
        await opened.catalog.close()
        _ = try await folder.openCatalog()
    }

    @Test func `a second damaged file of the same second gets a name of its own`() async throws {
        let folder = try TestFolder()
        for _ in 0..<3 {
            await (try await RunCatalog.open(directory: folder.state, now: .example(0))).catalog.close()
            try Damage.garbage.apply(to: folder.database)
        }
        #expect(
            folder.names.filter { $0.contains("corrupt") } == [
                "dbops.sqlite.corrupt-20261121T020000Z", "dbops.sqlite.corrupt-20261121T020000Z-2",
            ])
    }

    @Test func `the log of a damaged file goes with it`() async throws {
        let folder = try TestFolder()
        let file = CatalogFile(directory: folder.state)
        try file.makeDirectory()
        for suffix in ["", "-wal", "-shm"] {
            try Data(suffix.utf8).write(to: URL(fileURLWithPath: folder.database + suffix))
        }
        let name = try file.setAside(at: .example(0))
        #expect(folder.names.map { "\(folder.state)/\($0)" } == [name, "\(name)-shm", "\(name)-wal"])
    }

    @Test func `many that find the same damaged file set it aside once`() async throws {
        let folder = try TestFolder()
        await (try await folder.openCatalog()).close()
        try Damage.garbage.apply(to: folder.database)
        let state = folder.state
        let warnings = try await withThrowingTaskGroup(of: Bool.self) { group in
            for second in 0..<8 {
                group.addTask {
                    let opened = try await RunCatalog.open(directory: state, now: .example(second))
                    _ = try await opened.catalog.claim(.example(due: second))
                    return opened.warning != nil
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(warnings == 1)
        #expect(try await folder.openCatalog().allRuns().count == 8)
    }

    @Test func `a history of a newer dbops is refused and left alone`() async throws {
        let folder = try TestFolder()
        await (try await folder.openCatalog()).close()
        let queue = try DatabaseQueue(path: folder.database)
        try await queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('2 later')") }
        try queue.close()
        let error = await #expect(throws: HistoryError.self) {
            _ = try await RunCatalog.open(directory: folder.state, now: .example(0))
        }
        #expect(error == .newerSchema(path: folder.database))
        #expect(error?.category == .unavailable)
        await #expect(throws: HistoryError.newerSchema(path: folder.database)) {
            _ = try await RunCatalog.openForReading(directory: folder.state)
        }
        #expect(!folder.names.contains { $0.contains("corrupt") })
    }

    @Test func `only the user can read the history`() async throws {
        let folder = try TestFolder()
        let catalog = try await folder.openCatalog()
        _ = try await catalog.claim(.example())
        #expect(TestFolder.mode(folder.state) == 0o700)
        #expect(folder.names == ["dbops.sqlite", "dbops.sqlite-shm", "dbops.sqlite-wal", "dbops.sqlite.lock"])
        for name in folder.names { #expect(TestFolder.mode("\(folder.state)/\(name)") == 0o600, "\(name)") }
    }

    @Test func `a file that others can read is made private, a directory is left as it is`() async throws {
        let folder = try TestFolder()
        try FileManager.default.createDirectory(atPath: folder.state, withIntermediateDirectories: true)
        chmod(folder.state, 0o755)
        let first = try await folder.openCatalog()
        for name in folder.names { chmod("\(folder.state)/\(name)", 0o644) }
        let second = try await folder.openCatalog()
        _ = try await (first.allRuns(), second.allRuns())
        #expect(TestFolder.mode(folder.state) == 0o755)
        for name in folder.names where name != "dbops.sqlite.lock" {
            #expect(TestFolder.mode("\(folder.state)/\(name)") == 0o600, "\(name)")
        }
    }

    @Test func `what was written is there after closing and opening`() async throws {
        let folder = try TestFolder()
        let catalog = try await folder.openCatalog()
        let run = Run.example()
        _ = try await catalog.claim(run)
        await catalog.close()
        #expect(folder.names == ["dbops.sqlite", "dbops.sqlite.lock"])
        #expect(try await folder.openCatalog().unfinished() == [run])
    }

    @Test func `a history that was moved away while it was open says so`() async throws {
        let folder = try TestFolder()
        let catalog = try await folder.openCatalog()
        _ = try await catalog.claim(.example())
        _ = try CatalogFile(directory: folder.state).setAside(at: .example(0))
        await #expect(throws: HistoryError.replaced(path: folder.database)) {
            _ = try await catalog.claim(.example(due: 1))
        }
        let next = try await folder.openCatalog()
        await #expect(throws: HistoryError.replaced(path: folder.database)) {
            _ = try await catalog.claim(.example(due: 1))
        }
        #expect(try await next.claim(.example(due: 1)))
    }

    @Test func `a closed history says so`() async throws {
        let folder = try TestFolder()
        let catalog = try await folder.openCatalog()
        await catalog.close()
        let closed = HistoryError.closed(path: folder.database)
        await #expect(throws: closed) { _ = try await catalog.claim(.example()) }
        await #expect(throws: closed) { _ = try await catalog.allRuns() }
        await catalog.close()
    }

    @Test func `reading makes nothing`() async throws {
        let folder = try TestFolder()
        await #expect(throws: HistoryError.missing(path: folder.database)) {
            _ = try await RunCatalog.openForReading(directory: folder.state)
        }
        #expect(folder.names == [])
        let catalog = try await folder.openCatalog()
        let run = Run.example()
        _ = try await catalog.claim(run)
        await catalog.close()
        let names = folder.names
        let reader = try await RunCatalog.openForReading(directory: folder.state)
        #expect(try await reader.allRuns() == [run])
        let error = await #expect(throws: HistoryError.self) { _ = try await reader.claim(.example(due: 1)) }
        #expect(error?.category == .cannotWrite)
        #expect(folder.names == names)
    }

    @Test func `a reader sees what a daemon has just written`() async throws {
        let folder = try TestFolder()
        let catalog = try await folder.openCatalog()
        let reader = try await RunCatalog.openForReading(directory: folder.state)
        let run = Run.example()
        _ = try await catalog.claim(run)
        #expect(try await reader.allRuns() == [run])
    }

    @Test func `a damaged file is told to a reader and left alone`() async throws {
        let folder = try TestFolder()
        await (try await folder.openCatalog()).close()
        try Damage.garbage.apply(to: folder.database)
        let error = await #expect(throws: HistoryError.self) {
            _ = try await RunCatalog.openForReading(directory: folder.state)
        }
        #expect(error?.category == .damaged)
        #expect(folder.names == ["dbops.sqlite", "dbops.sqlite.lock"])
    }
}
