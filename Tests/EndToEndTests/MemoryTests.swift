import Foundation
import TestSupport
import Testing

extension EndToEndTests {
    /// What the README promises of memory.
    @Suite struct MemoryTests {
        private static let rowSize = 60_000_000

        /// Hexadecimal digits, which compress to a half.
        private func addGiantRow(to database: String, of server: TestServer) async throws {
            try await server.psql(
                """
                CREATE TABLE giant AS SELECT string_agg(md5(n::text), '') AS text
                FROM generate_series(1, \(Self.rowSize / 32)) n
                """, database: database)
        }

        /// Runs dbops, which must succeed; returns the last line that it prints, and the largest resident size that it ever
        /// had. The kernel remembers that size, but for a program that has ended it also counts the one that started it.
        private func measure(
            _ workplace: Workplace, _ arguments: String...
        ) async throws -> (output: String, peak: Int) {
            let program = try workplace.dbops.start(arguments)
            var peak = 0
            while program.isRunning {
                let status = (try? String(contentsOfFile: "/proc/\(program.processID)/status", encoding: .utf8)) ?? ""
                let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
                peak = max(peak, (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) << 10)
                try await Task.sleep(for: .milliseconds(5))
            }
            try #require(await program.ending() == .exited(0), "\(program.standardError)")
            return (program.standardOutput.split(separator: "\n").last.map(String.init) ?? "", peak)
        }

        @Test func `a giant row takes no more than three times its size, in a backup and in a restore`() async throws {
            let workplace = try Workplace()
            let server = try await ServerPool.current.server()
            let database = try await server.makeDatabase(.chinook)
            func backUp() async throws -> (path: String, peak: Int) {
                let made = try await measure(
                    workplace, "backup", "now", "--database", server.text(database), "--to", workplace.store, "--quiet")
                return (try #require(URL(string: made.output)).path, made.peak)
            }
            func restore(_ path: String) async throws -> Int {
                try await measure(
                    workplace, "restore", path, "--into", server.text(TestServer.newName()), "--create"
                ).peak
            }
            let without = try await backUp()
            let peakOfRestore = try await restore(without.path)
            try await addGiantRow(to: database, of: server)
            let with = try await backUp()
            #expect(with.peak - without.peak < 3 * Self.rowSize)
            #expect(with.peak - without.peak > Self.rowSize, "else it was not measured")
            #expect(try await restore(with.path) - peakOfRestore < 3 * Self.rowSize)
        }
    }
}
