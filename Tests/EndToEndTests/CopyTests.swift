import Foundation
import TestSupport
import Testing

extension EndToEndTests {
    /// `dbops copy`
    @Suite struct CopyTests {
        /// The options for a store in a ``MemoryS3``, and the credentials that it does not check.
        private func s3(_ workplace: Workplace, _ server: MemoryS3) -> ([String], DBOpsProcess) {
            var dbops = workplace.dbops
            dbops.environment["AWS_ACCESS_KEY_ID"] = "test"
            dbops.environment["AWS_SECRET_ACCESS_KEY"] = "secret"
            return (["--endpoint", server.endpoint, "--path-style"], dbops)
        }

        @Test func `a copy in S3 verifies like the original`() async throws {
            let store = try await StoreWithBackup()
            let server = try MemoryS3()
            let (options, dbops) = s3(store.workplace, server)
            let plan = try await dbops.run(
                ["copy", store.id, "s3://bucket/prod", "--store", store.path, "--dry-run", "--json"] + options)
            #expect(plan.exitCode == 0, "\(plan)")
            #expect(try plan.objects().allSatisfy { $0.text("action") == "copy" })
            #expect(server.objects.isEmpty)

            let copy = try await dbops.run(
                ["copy", store.id, "s3://bucket/prod", "--store", store.path, "--json"] + options)
            #expect(copy.exitCode == 0, "\(copy)")
            let report = try #require(try copy.objects().first)
            #expect(report.text("backup") == store.id)
            #expect(report.number("objects_copied") == (try plan.objects().count).double)
            let url = try #require(report.text("url"))
            #expect(url == "s3://bucket/prod/\(try #require(report.text("job")))/\(store.id)")

            let proof = try await dbops.run(["restore", "--verify", url, "--on", store.server.text()] + options)
            #expect(proof.exitCode == 0, "\(proof)")
            let again = try await dbops.run(["copy", url, "\(store.workplace.folder)/back"] + options)
            #expect(again.exitCode == 0, "\(again)")
            #expect(again.standardError.contains("1 records of verifications"), "\(again)")
        }

        @Test func `a store of the job file is named by its name there`() async throws {
            let store = try await StoreWithBackup()
            let folder = store.workplace.folder
            try "[stores.offsite]\nurl = \"file://\(folder)/offsite\"\n".write(
                toFile: "\(folder)/jobs.toml", atomically: false, encoding: .utf8)
            let backup = "\(store.path)/earlier/\(store.id)"
            try await store.workplace.succeed("copy", backup, "offsite", "--config", "\(folder)/jobs.toml")
            let names = { (paths: [String]) in paths.map { URL(fileURLWithPath: $0).lastPathComponent }.sorted() }
            let copied = Workplace.files(below: "\(folder)/offsite")
            #expect(names(copied) == names(Workplace.files(below: store.path)))
            #expect(copied.allSatisfy { $0.contains("/\(store.id)/") })
            let unknown = try await store.workplace.run("copy", backup, "ofsite", "--config", "\(folder)/jobs.toml")
            expect(unknown, failsWith: 64, saying: "no store \"ofsite\"", "offsite")
        }

        @Test func `a damaged backup is refused`() async throws {
            let store = try await StoreWithBackup()
            let backup = "\(store.path)/earlier/\(store.id)"
            let file = try #require(Workplace.files(below: store.path).first { $0.hasSuffix(".dat.gz") })
            let handle = try FileHandle(forUpdating: URL(fileURLWithPath: "\(store.path)/\(file)"))
            try handle.seek(toOffset: 12)
            try handle.write(contentsOf: Data([0xFF, 0xFF]))
            try handle.close()
            let target = "\(store.workplace.folder)/target"
            let result = try await store.workplace.run("copy", backup, target)
            expect(result, failsWith: 65, saying: "SHA-256")
            #expect(Workplace.files(below: target) == [])
        }
    }
}

extension Int {
    fileprivate var double: Double? { Double(self) }
}
