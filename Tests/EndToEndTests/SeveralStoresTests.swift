import Foundation
import TestSupport
import Testing

extension EndToEndTests {
    /// `--to` more than once.
    @Suite struct SeveralStoresTests {
        @Test func `each store has its own complete copy`() async throws {
            let workplace = try Workplace()
            let server = try await ServerPool.current.server()
            let database = try await server.makeDatabase(.small)
            let other = "\(workplace.folder)/other"
            let result = try await workplace.succeed(
                "backup", "now", "--database", server.text(database), "--to", workplace.store, "--to", other)
            #expect(result.lines.count == 2)
            #expect(Workplace.files(below: workplace.store) == Workplace.files(below: other))
            for line in result.lines {
                try await workplace.succeed("restore", "--verify", line, "--on", server.text())
            }
        }

        @Test(.enabled(if: SmallDisk.isAvailable, "only root can make a file system"))
        func `a full disk makes the run partial, and the other copy is good`() async throws {
            let workplace = try Workplace()
            let disk = try SmallDisk(in: workplace, sizeInMebibytes: 3)
            let server = try await ServerPool.current.server()
            let database = try await server.makeDatabase(.bulky)
            let result = try await workplace.run(
                "backup", "now", "--database", server.text(database), "--to", disk.path, "--to", workplace.store,
                "--json")
            #expect(result.exitCode == 3, "\(result)")
            let object = try #require(try result.objects().first)
            #expect(object.text("outcome") == "partial")
            let stores = try #require(object["stores"] as? [[String: Any]])
            #expect(stores.map { $0.text("outcome") } == ["failed", "succeeded"])
            #expect(stores[0].text("error")?.contains("No space left on device") == true)
            #expect(object.text("url") == stores[1].text("url"))
            #expect(Workplace.files(below: disk.path) == [])
            let proof = try await workplace.run(
                "restore", "--verify", try #require(object.text("url")), "--on", server.text())
            #expect(proof.exitCode == 0, "\(proof)")
        }

        @Test(
            .enabled(if: BucketUnderTest.hasRadosgw, "DBOPS_TEST_S3 is not set: no radosgw to try"),
            arguments: [true, false])
        func `a bucket that cannot be reached any more costs only its own copy, which dbops copy fills in later`(
            isReset: Bool
        ) async throws {
            let place = try BucketUnderTest()
            let server = try await ServerPool.current.server()
            let database = try await server.makeDatabase(.bulky)
            let proxy = try FaultProxy(upstreamPort: place.port)
            if isReset { proxy.set { $0.resetAfterBytes = 3_000_000 } }
            let result = try await place.dbops.run(
                place.backupArguments(
                    server.text(database), ["--to", place.workplace.store, "--compression", "none", "--json"],
                    endpoint: proxy.endpoint))
            #expect(result.exitCode == (isReset ? 3 : 0), "\(result)")
            #expect(try await place.openUploads() == [])
            let object = try #require(try result.objects().first)
            let stores = try #require(object["stores"] as? [[String: Any]])
            let (inBucket, inFolder) = (try #require(stores[0].text("url")), try #require(stores[1].text("url")))
            if isReset { #expect(try await place.keys() == []) }

            let copy = try await place.succeed("copy", inFolder, place.url, "--json")
            let copied = try #require(try copy.objects().first)
            #expect(copied.text("url") == inBucket)
            #expect((copied.number("objects_copied") ?? -1 > 0) == isReset)
            let proof = try await place.run("restore", "--verify", inBucket, "--on", server.text())
            #expect(proof.exitCode == 0, "\(proof)")
        }

        @Test func `the same store twice is refused`() async throws {
            let workplace = try Workplace()
            let result = try await workplace.run(
                "backup", "now", "--database", "postgresql:///x", "--to", workplace.store, "--to",
                "file://\(workplace.store)")
            #expect(result.exitCode == 64)
            #expect(result.standardError.contains("the same store twice"))
        }
    }
}
