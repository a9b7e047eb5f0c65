import Foundation
import TestSupport
import Testing

extension EndToEndTests {
    /// Retention as users meet it.
    @Suite struct RetentionTests {
        /// One backup, and copies of it under the dates of earlier days; ids, oldest first.
        private func history(_ workplace: Workplace, days: Int) async throws -> [String] {
            let server = try await ServerPool.current.server()
            let database = try await server.makeDatabase(.small)
            let result = try await workplace.succeed(
                "backup", "now", "--database", server.text(database), "--to", workplace.store, "--name", "shop",
                "--json")
            let newest = try #require(try result.objects().first?.text("backup"))
            var ids = [newest]
            for day in 1..<days {
                let id = "202001\(String(format: "%02d", 28 - day))T020000Z-aaaaaa"
                try FileManager.default.copyItem(
                    atPath: "\(workplace.store)/shop/\(newest)", toPath: "\(workplace.store)/shop/\(id)")
                ids.append(id)
            }
            return ids.reversed()
        }

        private func listed(_ workplace: Workplace) async throws -> [String] {
            try await workplace.succeed("list", "--store", workplace.store, "--json").objects()
                .compactMap { $0.text("backup") }
        }

        @Test func `prune does what its dry run says, and list no longer shows what went`() async throws {
            let workplace = try Workplace()
            let ids = try await history(workplace, days: 6)
            let arguments = [
                "prune", "shop", "--store", workplace.store, "--keep-last", "1", "--keep-daily", "3", "--json",
            ]
            let pinned = try await workplace.succeed("pin", ids[0], "--store", workplace.store, "--json").objects()
            #expect(pinned.first?["pinned"] as? Bool == true)
            let preview = try await workplace.dbops.run(arguments + ["--dry-run"])
            #expect(preview.exitCode == 0)
            let decisions = try preview.objects()
            #expect(decisions.map { $0.text("backup") } == ids)
            #expect(
                decisions.map { $0.text("action") } == ["keep", "delete", "delete", "keep", "keep", "keep"])
            #expect(decisions.first?["reasons"] as? [String] == ["pinned"])
            #expect(decisions.allSatisfy { ($0["reasons"] as? [String])?.isEmpty == false })
            #expect(try await listed(workplace).count == 6)

            let run = try await workplace.dbops.run(arguments)
            #expect(run.exitCode == 0)
            #expect(run.standardOutput == preview.standardOutput)
            #expect(try await listed(workplace) == [ids[0]] + ids[3...])
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(workplace.store)/shop")
            #expect(names.allSatisfy { !$0.hasPrefix(ids[1]) && !$0.hasPrefix(ids[2]) })

            let unpinned = try await workplace.succeed("unpin", ids[0], "--store", workplace.store, "--json")
            #expect(try unpinned.objects().first?["pinned"] as? Bool == false)
            let entry = try await workplace.succeed("show", ids[0], "--store", workplace.store, "--json").objects()
            #expect(entry.first?["pinned"] as? Bool == false)
        }

        @Test func `a policy that would keep nothing is refused`() async throws {
            let workplace = try Workplace()
            let result = try await workplace.run("prune", "shop", "--store", workplace.store)
            expect(result, failsWith: 64, saying: "would delete every backup")
            let odd = try await workplace.run(
                "prune", "shop", "--store", workplace.store, "--keep-within", "two days")
            expect(odd, failsWith: 64, saying: "two days")
        }

        @Test func `a store that is not there is a failure`() async throws {
            let workplace = try Workplace()
            for more in [[], ["--dry-run"]] {
                let result = try await workplace.dbops.run(
                    ["prune", "shop", "--store", "\(workplace.folder)/nowhere", "--keep-last", "3"] + more)
                expect(result, failsWith: 69, saying: "nowhere")
                #expect(!FileManager.default.fileExists(atPath: "\(workplace.folder)/nowhere"))
            }
        }
    }
}
