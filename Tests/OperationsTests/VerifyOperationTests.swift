import Foundation
import JobModel
import ObjectStorage
import TestSupport
import Testing

@testable import Archive
@testable import Operations
@testable import Postgres

extension ServerTests {
    @Suite struct VerifyOperationTests {
        /// A table of several members, an index, a sequence, large objects.
        private static let shop: ServerText = """
            CREATE TABLE t (id int PRIMARY KEY, t text); CREATE INDEX t_t ON t (t); CREATE SEQUENCE counter;
            INSERT INTO t SELECT n, repeat('x', 50) || n FROM generate_series(1, 3000) n; SELECT nextval('counter');
            SELECT lo_from_bytea(100001, 'hello'), lo_from_bytea(100002, decode(repeat('00ff', 50), 'hex'));
            """

        private func backUp(_ bench: Workbench) async throws -> BackupReport {
            var settings = BackupSettings()
            settings.chunkSizeInBytes = 40_000
            return try await bench.backUp(settings: settings)
        }

        private func scratchDatabases(_ bench: Workbench) async throws -> Int {
            try await bench.count("SELECT count(*) FROM pg_database WHERE datname LIKE 'dbops\\_%'")
        }

        @Test func `proves a good backup, and a renamed copy of it, and stores the evidence beside each`() async throws
        {
            try await Workbench.with(Self.shop) { bench in
                let backup = try await backUp(bench)
                let report = try await bench.verify(backup)
                #expect(report.outcome == .succeeded)
                // On a server that was named, roles are left alone.
                #expect(report.checks.filter { $0.verdict != .passed }.map(\.name) == ["globals"])
                #expect(report.checks.map(\.name) == VerificationCheck.Name.allCases.map(\.rawValue))
                #expect(report.seconds.data > 0 && report.seconds.total >= report.seconds.data + report.seconds.checks)
                #expect(report.scratchDatabase == nil)
                #expect(try await scratchDatabases(bench) == 0)

                let copy = try BackupCopy(of: backup, bench, name: "any name")
                #expect(try await copy.verify().outcome == .succeeded)
                let evidence = try await copy.store.list(under: nil).map(\.key.description)
                    .filter { $0.hasPrefix("any name.evidence/") }
                #expect(evidence.count == 1)

                let entry = try #require(try await BackupCatalog(store: bench.store).list(job: nil).backups.first)
                #expect(entry.verification?.runID == report.runID)
                let manifest = try await bench.store.read(
                    ObjectKey(backup.name.folder + "/manifest.json"), limitInBytes: 1 << 20)
                #expect(entry.verification?.manifestSHA256 == ContentDigest.sha256(of: manifest))
                let backupOwn = try await bench.store.list(under: ObjectKey(backup.name.folder))
                #expect(backupOwn.count == backup.manifest.objects.count + 1, "the backup itself is untouched")
            }
        }

        @Test func `finds every object that is missing, cut short, or grown`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let backup = try await backUp(bench)
                let names = backup.manifest.objects.map(\.name)
                #expect(names.count == 8)
                for (number, name) in names.enumerated() {
                    let missing = try BackupCopy(of: backup, bench, name: "missing \(number)")
                    try missing.delete(name)
                    let report = try await missing.verify()
                    #expect(report.outcome == .failed)
                    #expect(report.failures == ["objects": "1 missing or of another size; \(name) is missing"])

                    let short = try BackupCopy(of: backup, bench, name: "short \(number)")
                    try short.change(name) { $0.removeLast() }
                    #expect(try await short.verify().failures["objects"]?.contains("\(name) has") == true)
                    try short.change(name) { $0 += [0, 0] }
                    #expect(try await short.verify().failures["objects"]?.contains("\(name) has") == true)
                }
            }
        }

        @Test func `finds one byte flipped in any object`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let backup = try await backUp(bench)
                var reports: [VerificationReport] = []
                for (number, object) in backup.manifest.objects.enumerated() {
                    for (place, index) in [0, object.size / 2, object.size - 1].enumerated() {
                        let copy = try BackupCopy(of: backup, bench, name: "flipped \(number)-\(place)")
                        try copy.change(object.name) { $0[index] ^= 0x10 }
                        let report = try await copy.verify()
                        #expect(report.outcome == .failed, "byte \(index) of \(object.name)")
                        #expect(report.failures["objects"]?.contains(object.name) == true)
                        reports.append(report)
                    }
                }
                #expect(reports.allSatisfy { Set($0.checks.map(\.name)).count == $0.checks.count }, "each check once")
                #expect(try await scratchDatabases(bench) == 0)
                let manifest = try BackupCopy(of: backup, bench, name: "manifest")
                let size = try manifest.bytes(Manifest.objectName).count
                for index in [0, size / 3, size / 2, size - 2] {
                    try manifest.change(Manifest.objectName) { $0[index] ^= 0x10 }
                    await #expect(throws: ArchiveError.self) { _ = try await manifest.verify() }
                    try manifest.change(Manifest.objectName) { $0[index] ^= 0x10 }
                }
            }
        }

        /// What sizes and sums cannot find, because the manifest was made to fit.
        @Test func `finds rows that are gone or others even where the manifest's sums were made to fit`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let backup = try await backUp(bench)
                let table = try #require(backup.manifest.tables.first)
                let index = try MemberIndex(
                    decoding: try await bench.store.read(
                        ObjectKey(backup.name.folder + "/members.json.gz"), limitInBytes: 1 << 20))
                let members = try #require(index.objects[table.file])
                #expect(members.count > 3)

                func failure(
                    _ name: String, rowsAre: Int? = nil, _ change: (inout [UInt8]) throws -> Void
                ) async throws -> String {
                    let copy = try BackupCopy(of: backup, bench, name: name)
                    try copy.change(table.file, change)
                    try copy.recomputeManifest { if let rowsAre { $0.tables[0].rows = rowsAre } }
                    return try await copy.verify().failures.values.joined(separator: "; ")
                }
                func range(_ member: MemberIndex.Member) -> Range<Int> {
                    member.offset..<(member.offset + member.length)
                }

                let cut = try await failure("cut") { $0.removeLast($0.count - members[1].offset) }
                #expect(cut.contains("terminator") || cut.contains("end"))
                let lost = try await failure("lost") { $0.removeSubrange(range(members[1])) }
                #expect(lost.contains("3000 rows"))
                let counted = try await failure("counted", rowsAre: 3_000 - members[1].rows) {
                    $0.removeSubrange(range(members[1]))
                }
                #expect(counted.contains("row hash"))
                let doubled = try await failure("doubled") { $0.insert(contentsOf: $0[range(members[1])], at: 0) }
                #expect(doubled.contains("3000 rows"))
                let behind = try await failure("behind the end") { $0 += $0[range(members[1])] }
                #expect(behind.contains(table.file))
                let other = try await failure("other") { bytes in
                    let member = range(members[0])
                    var text = try MemberReader.inflate(Array(bytes[member]), object: "", limitInBytes: 1 << 20)
                    text[4] = UInt8(ascii: "y")
                    bytes.replaceSubrange(member, with: try CompressionSetting.gzip.makeCompressor().member(text))
                }
                #expect(other.contains("row hash"))
                #expect(try await scratchDatabases(bench) == 0)
            }
        }

        @Test func `finds large objects and definitions that are others than the manifest says`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let backup = try await backUp(bench)
                let largeObject = try BackupCopy(of: backup, bench, name: "large object")
                try largeObject.change("blob_100001.dat.gz") {
                    $0 = try CompressionSetting.gzip.makeCompressor().member(Array("hallo".utf8))
                }
                try largeObject.recomputeManifest()
                #expect(
                    try await largeObject.verify().failures["large objects"]?.contains("the contents differ") == true)

                let contents = try BackupCopy(of: backup, bench, name: "contents")
                try contents.recomputeManifest { $0.archive.tocEntries += 1 }
                #expect(try await contents.verify().failures.keys.sorted() == ["table of contents"])

                // The same length, so that all else in the table of contents stays as it is.
                let broken = try BackupCopy(of: backup, bench, name: "broken")
                try broken.change("toc.dat") { bytes in
                    let place = try #require(bytes.firstRange(of: Array("CREATE INDEX t_t".utf8)))
                    bytes.replaceSubrange(place, with: Array("CREATE INDEX u_t".utf8))
                }
                try broken.recomputeManifest()
                let failures = try await broken.verify().failures
                #expect(failures["inventory"]?.contains("missing: INDEX public.t_t") == true)
                #expect(failures["inventory"]?.contains("not in the backup: INDEX public.u_t") == true)

                let sequence = try BackupCopy(of: backup, bench, name: "nonsense")
                try sequence.change("toc.dat") { bytes in
                    let place = try #require(bytes.firstRange(of: Array("CREATE INDEX t_t ON public.t".utf8)))
                    bytes.replaceSubrange(place, with: Array("CREATE INDEX t_t ON public.x".utf8))
                }
                try sequence.recomputeManifest()
                #expect(
                    try await sequence.verify().failures["restore"]?.contains("\"public.x\" does not exist") == true)
                #expect(try await scratchDatabases(bench) == 0)
            }
        }

        @Test func `refuses a server that lacks a role before it makes anything there`() async throws {
            try await Workbench.with(
                "CREATE ROLE \"gone role\"; CREATE TABLE t (); ALTER TABLE t OWNER TO \"gone role\""
            ) {
                bench in
                let backup = try await backUp(bench)
                try await bench.psql("DROP TABLE t; DROP ROLE \"gone role\"")
                let error = await #expect(throws: OperationError.self) { try await bench.verify(backup) }
                #expect(error?.message == "the target server lacks role gone role")
                #expect(error?.hint == "Create the roles: CREATE ROLE \"gone role\";")
                #expect(try await scratchDatabases(bench) == 0)
                #expect(try await BackupCatalog(store: bench.store).list(job: nil).backups.first?.verification == nil)
            }
        }

        @Test func `leaves nothing on the server where it is cancelled in the middle`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let backup = try await backUp(bench)
                let (reading, signal) = AsyncStream.makeStream(of: Void.self)
                var store = HookedStore(bench.store)
                store.willRead = { key in
                    guard key.description.hasSuffix(".dat.gz") else { return }
                    signal.yield()
                    try await Task.sleep(for: .seconds(60))
                }
                let task = Task { [store] in try await bench.verify(backup, store: store) }
                for await _ in reading { break }
                #expect(try await scratchDatabases(bench) == 1)
                task.cancel()
                await #expect(throws: CancellationError.self) { _ = try await task.value }
                #expect(try await scratchDatabases(bench) == 0)
                #expect(try await BackupCatalog(store: bench.store).list(job: nil).backups.first?.verification == nil)
            }
        }

        @Test func `sweeps what killed runs have left, and nothing else`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let backup = try await backUp(bench)
                let (left, used) = ("dbops_scratch_aaaaaaaaaaaa", "dbops_scratch_bbbbbbbbbbbb")
                let others = [
                    "dbops_scratch_cccccccccccc", "dbops_scratch_dddddddddddd", "dbops_scratch", "dbops_scratch_x-y",
                    "dbops_kept_eeeeeeeeeeee", "my_dbops_scratch_aaaaaaaaaaaa",
                ]
                for name in [left, used] + others { try await bench.psql("CREATE DATABASE \"\(ServerText(name))\"") }
                func comment(_ name: String, run: String) async throws {
                    try await bench.psql(
                        "COMMENT ON DATABASE \(ServerText(name)) IS 'scratch database of dbops run \(ServerText(run))'")
                }
                try await comment(left, run: "aaaaaaaaaaaa")
                try await comment(used, run: "bbbbbbbbbbbb")
                try await comment("dbops_scratch_dddddddddddd", run: "aaaaaaaaaaaa")
                let live = try await bench.openSession()
                try await ScratchName(runID: "bbbbbbbbbbbb").lock(live)
                #expect(try await bench.verify(backup).failures == [:])
                let there = try await bench.cluster.psql("SELECT datname FROM pg_database").split(separator: "\n")
                #expect(Set([used] + others).isSubset(of: Set(there.map(String.init))))
                #expect(!there.contains { $0 == left })
                #expect(bench.reporter.notes == ["dropped \(left), which a killed run had left"])
                await live.close()
                for name in [used] + others { try await bench.psql("DROP DATABASE \"\(ServerText(name))\"") }
            }
        }

        @Test func `leaves a database that is to be kept under the name that it reports`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let backup = try await backUp(bench)
                let report = try await bench.verify(backup) { $0.keepsScratchDatabase = true }
                let kept = try await bench.cluster.psql(
                    "SELECT datname FROM pg_database WHERE datname LIKE 'dbops\\_%'")
                #expect(kept == "dbops_kept_\(report.runID)")
                #expect(report.scratchDatabase?.contains(kept) == true)
                #expect(try await bench.verify(backup).failures == [:])
                try await bench.psql("DROP DATABASE \(ServerText(kept))")
            }
        }

        @Test func `stores no evidence where none is wanted, and passes where none can be stored`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let backup = try await backUp(bench)
                #expect(try await bench.verify(backup) { $0.storesEvidence = false }.outcome == .succeeded)
                var store = HookedStore(bench.store)
                store.willBegin = { key in throw StorageError.denied(store: "\(key)", reason: "read-only") }
                #expect(try await bench.verify(backup, store: store).outcome == .succeeded)
                #expect(bench.reporter.warnings.contains { $0.contains("could not be stored beside the backup") })
                #expect(try await BackupCatalog(store: bench.store).list(job: nil).backups.first?.verification == nil)
            }
        }

        @Test func `uses a throw-away cluster by default, with stand-ins for the roles, and removes it`() async throws {
            try await Workbench.with("CREATE ROLE \"an owner\"; CREATE TABLE t (); ALTER TABLE t OWNER TO \"an owner\"")
            {
                bench in
                let backup = try await backUp(bench)
                try await bench.psql("DROP TABLE t; DROP ROLE \"an owner\"")
                let report = try await bench.verify(backup) { $0.server = nil }
                #expect(report.failures == [:])
                #expect(report.seconds.server > 0)
            }
        }

        @Test func `removes the throw-away cluster also where it is cancelled`() async throws {
            try await Workbench.with(Self.shop) { bench in
                let backup = try await backUp(bench)
                let (reading, signal) = AsyncStream.makeStream(of: Void.self)
                var store = HookedStore(bench.store)
                store.willRead = { key in
                    guard key.description.hasSuffix(".dat.gz") else { return }
                    signal.yield()
                    try await Task.sleep(for: .seconds(60))
                }
                let task = Task { [store] in try await bench.verify(backup, store: store) { $0.server = nil } }
                for await _ in reading { break }
                #expect(try bench.folder.names(in: "tmp").contains { $0.hasPrefix("dbops-c-") })
                task.cancel()
                await #expect(throws: CancellationError.self) { _ = try await task.value }
            }
        }
    }
}
