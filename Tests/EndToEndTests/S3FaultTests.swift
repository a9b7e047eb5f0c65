import Foundation
import TestSupport
import Testing

extension EndToEndTests {
    /// A bad way to the bucket.
    @Suite(.enabled(if: BucketUnderTest.hasRadosgw, "DBOPS_TEST_S3 is not set: no radosgw to try"))
    struct S3FaultTests {
        /// A database whose tables are stored in several parts.
        private func bulkyDatabase() async throws -> (server: TestServer, name: String) {
            let server = try await ServerPool.current.server()
            return (server, try await server.makeDatabase(.bulky))
        }

        @Test func `a connection reset in the middle of a part costs no backup`() async throws {
            let place = try BucketUnderTest()
            let (server, database) = try await bulkyDatabase()
            let proxy = try FaultProxy(upstreamPort: place.port)
            proxy.set { faults in
                faults.resetAfterBytes = 3_000_000
                faults.resetsLeft = 2
            }
            let result = try await place.dbops.run(
                place.backupArguments(
                    server.text(database), ["--compression", "none", "--quiet"], endpoint: proxy.endpoint))
            #expect(result.exitCode == 0, "\(result)")
            #expect(proxy.resetCount == 2)
            #expect(try await place.openUploads() == [])
            let url = try #require(result.lines.last)
            let proof = try await place.run("restore", "--verify", url, "--on", server.text())
            #expect(proof.exitCode == 0, "\(proof)")
        }

        @Test func `a connection reset again and again fails the run and leaves nothing`() async throws {
            let place = try BucketUnderTest()
            let (server, database) = try await bulkyDatabase()
            let proxy = try FaultProxy(upstreamPort: place.port)
            proxy.set { $0.resetAfterBytes = 3_000_000 }
            let result = try await place.dbops.run(
                place.backupArguments(
                    server.text(database), ["--compression", "none", "--workers", "2"], endpoint: proxy.endpoint))
            expect(result, failsWith: 69, saying: place.url)
            #expect(proxy.resetCount > 3)
            #expect(try await place.keys() == [])
            #expect(try await place.openUploads() == [])
        }

        @Test func `a run that is told to stop aborts its uploads`() async throws {
            let place = try BucketUnderTest()
            let (server, database) = try await bulkyDatabase()
            let proxy = try FaultProxy(upstreamPort: place.port)
            proxy.set { $0.bytesPerSecond = 4_000_000 }
            let run = try place.dbops.start(
                place.backupArguments(server.text(database), ["--compression", "none"], endpoint: proxy.endpoint))
            #expect(try await eventually { try await !place.openUploads().isEmpty })
            run.send(SIGINT)
            proxy.set { $0.bytesPerSecond = nil }
            let result = await DBOpsProcess.result(of: run)
            #expect(result.ending == .exited(130), "\(result)")
            #expect(try await place.openUploads() == [])
            #expect(try await place.keys() == [])
        }

        @Test func `killed while it uploads, a run leaves nothing that is taken for a backup`() async throws {
            let place = try BucketUnderTest()
            let (server, database) = try await bulkyDatabase()
            let proxy = try FaultProxy(upstreamPort: place.port)
            let arguments = place.backupArguments(
                server.text(database), ["--compression", "none", "--quiet"], endpoint: proxy.endpoint)
            for bytes in [1, 6_000_000, 20_000_000] {
                proxy.set { $0.bytesPerSecond = 8_000_000 }
                let before = proxy.bytesFromClients
                let run = try place.dbops.start(arguments)
                #expect(try await eventually { proxy.bytesFromClients >= before + bytes })
                run.send(SIGKILL)
                #expect(await run.ending() == .killed(signal: SIGKILL))
            }
            let empty = try await place.succeed("list", "--store", place.url, "--json")
            #expect(empty.standardOutput == "")
            proxy.set { $0.bytesPerSecond = nil }
            let following = try await place.dbops.run(arguments)
            #expect(following.exitCode == 0, "\(following)")
            let list = try await place.succeed("list", "--store", place.url, "--json")
            #expect(try list.objects().map { $0.text("url") } == [following.lines.last])
        }
    }
}
