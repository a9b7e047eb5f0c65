import Foundation
import TestSupport
import Testing

extension EndToEndTests {
    /// Backups in buckets.
    @Suite(.enabled(if: BucketUnderTest.hasRadosgw, "DBOPS_TEST_S3 is not set: no radosgw to try"))
    struct S3Tests {
        @Test(arguments: BucketUnderTest.Server.available)
        func `a bucket's backup is listed, shown, proven and restored`(
            _ server: BucketUnderTest.Server
        ) async throws {
            let place = try BucketUnderTest(server)
            let source = try await ServerPool.current.server()
            let database = try await source.makeDatabase(.chinook)
            let made = try await place.succeed(
                "backup", "now", "--database", source.text(database), "--to", place.url, "--json")
            let report = try #require(try made.objects().first)
            let url = try #require(report.text("url"))
            let id = try #require(report.text("backup"))
            #expect(url == "\(place.url)/\(database)/\(id)")

            let proof = try await place.succeed("restore", "--verify", url, "--on", source.text())
            #expect(proof.standardOutput.contains("PROVEN: \(url)"))
            let list = try await place.succeed("list", "--store", place.url, "--json")
            let entry = try #require(try list.objects().first)
            #expect(entry.text("url") == url)
            #expect(entry.text("verified_at") != nil)
            let show = try await place.succeed("show", id, "--store", place.url)
            #expect(show.standardOutput.contains("public.track"))

            let restored = TestServer.newName()
            _ = try await place.succeed("restore", url, "--into", source.text(restored), "--create")
            #expect(try await source.difference(between: database, and: restored) == "")
            #expect(try await place.openUploads() == [])
        }

        @Test(.enabled(if: BucketUnderTest.variable("DBOPS_TEST_TOOLS") != nil, "DBOPS_TEST_TOOLS is not set"))
        func `a prefix that the aws client has fetched restores with stock pg_restore`() async throws {
            let place = try BucketUnderTest()
            let source = try await ServerPool.current.server()
            let database = try await source.makeDatabase(.awkward)
            let made = try await place.succeed(
                "backup", "now", "--database", source.text(database), "--to", place.url, "--quiet")
            let url = try #require(made.lines.last)
            let aws = try #require(BucketUnderTest.variable("DBOPS_TEST_TOOLS")) + "/aws"
            try await place.workplace.shell(
                "'\(aws)' --endpoint-url '\(place.endpoint)' --region us-east-1 s3 sync --quiet '\(url)' fetched",
                environment: place.credentials)
            let restored = try await source.makeDatabase()
            try await source.shell("pg_restore -Fd --exit-on-error -d \(restored) '\(place.workplace.folder)/fetched'")
            #expect(try await source.difference(between: database, and: restored) == "")
        }

        @Test func `credentials come from the profile of the shared file that is named`() async throws {
            let place = try BucketUnderTest()
            let folder = "\(place.workplace.folder)/home/.aws"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let key = place.credentials["AWS_ACCESS_KEY_ID"] ?? "",
                secret = place.credentials["AWS_SECRET_ACCESS_KEY"] ?? ""
            let text = """
                [default]
                aws_access_key_id = nobody
                aws_secret_access_key = nothing
                [off site]
                aws_access_key_id = \(key)
                aws_secret_access_key = \(secret)
                """
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/credentials"))
            let list = ["list", "--store", place.url] + place.options()
            let without = try await place.workplace.run(list)
            #expect(without.exitCode == 77, "\(without)")
            let with = try await place.workplace.run(list + ["--profile", "off site"])
            #expect(with.exitCode == 0, "\(with)")
        }

        @Test func `no credentials at all is said with where they may stand`() async throws {
            let place = try BucketUnderTest()
            let result = try await place.workplace.run(["list", "--store", place.url] + place.options())
            expect(result, failsWith: 77, saying: "credentials", "AWS_ACCESS_KEY_ID")
        }

        @Test func `a wrong secret is said to be one, and is not repeated`() async throws {
            let place = try BucketUnderTest()
            let source = try await ServerPool.current.server()
            let database = try await source.makeDatabase(.small)
            let dbops = place.dbops(
                environment: place.credentials.merging(["AWS_SECRET_ACCESS_KEY": "tiger"]) { $1 })
            let result = try await dbops.run(place.backupArguments(source.text(database), ["--verbose"]))
            expect(result, failsWith: 77, saying: "SignatureDoesNotMatch", "AWS_SECRET_ACCESS_KEY")
            #expect(!"\(result)".contains("tiger"))
            #expect(try await place.keys() == [])
        }

        @Test func `a missing bucket is named`() async throws {
            let place = try BucketUnderTest()
            let source = try await ServerPool.current.server()
            let result = try await place.run(
                "backup", "now", "--database", source.text(), "--to", "s3://no-such-bucket-here/x")
            expect(result, failsWith: 69, saying: "no-such-bucket-here", "Create the bucket")
        }

        @Test func `an S3 server that is not there is named`() async throws {
            let place = try BucketUnderTest()
            let source = try await ServerPool.current.server()
            let port = ScratchCluster.freePort()
            let result = try await place.run(
                "backup", "now", "--database", source.text(), "--to", place.url, endpoint: "http://127.0.0.1:\(port)")
            expect(result, failsWith: 69, saying: "127.0.0.1", "endpoint")
        }

        @Test(.enabled(if: BucketUnderTest.variable("DBOPS_TEST_S3_TLS") != nil, "DBOPS_TEST_S3_TLS is not set"))
        func `an S3 server of another authority is refused, and taken with its certificate`() async throws {
            let place = try BucketUnderTest()
            let endpoint = try #require(BucketUnderTest.variable("DBOPS_TEST_S3_TLS"))
            let refused = try await place.run("list", "--store", place.url, endpoint: endpoint)
            expect(refused, failsWith: 69, saying: "certificate")
            let dbops = place.dbops(
                environment: place.credentials.merging([
                    "AWS_CA_BUNDLE": BucketUnderTest.variable("DBOPS_TEST_S3_CA") ?? ""
                ]) { $1 })
            let taken = try await dbops.run(["list", "--store", place.url] + place.options(endpoint: endpoint))
            #expect(taken.exitCode == 0, "\(taken)")
        }
    }
}
