import JobModel
import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct ScratchDatabaseTests {
    private let locale = DatabaseLocale(encoding: "UTF8", collate: "C.UTF-8", characterType: "C.UTF-8")

    private func databases(_ cluster: ScratchCluster, like pattern: String) async throws -> [String] {
        try await cluster.psql("SELECT datname FROM pg_database WHERE datname LIKE '\(pattern)' ORDER BY 1")
            .split(separator: "\n").map(String.init)
    }

    @Test(arguments: ScratchCluster.binFolders)
    func `lives as long as its closure`(binFolder: String) async throws {
        let cluster = try await ScratchCluster.shared(binFolder)
        try await ScratchDatabase.with(on: cluster.connectionInfo, like: locale, runID: "life") { scratch in
            #expect(scratch.name == "dbops_scratch_life")
            #expect(scratch.differences == [])
            let session = try await Session.open(scratch.connectionInfo, applicationName: "dbops test")
            let facts = try await ServerFacts.gather(session)
            #expect(facts.database == "dbops_scratch_life")
            #expect(facts.locale.encoding == locale.encoding && facts.locale.collate == locale.collate)
            let comment = try await cluster.psql(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '\(scratch.name)'")
            #expect(comment == "scratch database of dbops run life")
        }
        #expect(try await databases(cluster, like: "dbops\\_%life").isEmpty)
    }

    @Test func `goes although somebody is still in it`() async throws {
        struct Broken: Error {}
        let cluster = try await ScratchCluster.shared()
        var sessions: [Session] = []
        await #expect(throws: Broken.self) {
            try await ScratchDatabase.with(on: cluster.connectionInfo, like: locale, runID: "crowd") { scratch in
                sessions.append(try await Session.open(scratch.connectionInfo, applicationName: "dbops test"))
                throw Broken()
            }
        }
        #expect(try await databases(cluster, like: "%crowd").isEmpty)
        for session in sessions { await session.close() }
    }

    @Test func `goes when its task is cancelled`() async throws {
        let cluster = try await ScratchCluster.shared()
        let (starts, started) = AsyncStream<Void>.makeStream()
        let task = Task {
            try await ScratchDatabase.with(on: cluster.connectionInfo, like: locale, runID: "cut") { scratch in
                let session = try await Session.open(scratch.connectionInfo, applicationName: "dbops test")
                started.yield()
                try await session.execute("SELECT pg_sleep(600)")
            }
        }
        for await _ in starts { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await databases(cluster, like: "%cut").isEmpty)
    }

    @Test func `is renamed when it is to be kept`() async throws {
        let cluster = try await ScratchCluster.shared()
        try await ScratchDatabase.with(
            on: cluster.connectionInfo, like: locale, runID: "held", disposal: .keep
        ) { _ in }
        #expect(try await databases(cluster, like: "dbops\\_%held") == ["dbops_kept_held"])
        #expect(try await ScratchDatabase.sweepLeftovers(cluster.openSession()) == [])
        #expect(try await databases(cluster, like: "dbops\\_%held") == ["dbops_kept_held"])
    }

    @Test func `says which locale it has in place of one that is missing`() async throws {
        let cluster = try await ScratchCluster.shared()
        let missing = DatabaseLocale(encoding: "UTF8", collate: "xx_XX.UTF-8", characterType: "xx_XX.UTF-8")
        try await ScratchDatabase.with(on: cluster.connectionInfo, like: missing, runID: "lost") { scratch in
            #expect(
                scratch.differences == [
                    "collation C.UTF-8 in place of xx_XX.UTF-8", "character classes C.UTF-8 in place of xx_XX.UTF-8",
                ])
        }
    }

    @Test(arguments: ScratchCluster.binFolders)
    func `takes any provider that the server has and does without the others`(binFolder: String) async throws {
        let cluster = try await ScratchCluster.shared(binFolder)
        let icu = DatabaseLocale(
            encoding: "UTF8", provider: .icu, collate: "C.UTF-8", characterType: "C.UTF-8", locale: "de-u-co-phonebk")
        try await ScratchDatabase.with(on: cluster.connectionInfo, like: icu, runID: "icu") { scratch in
            #expect(
                scratch.differences.isEmpty
                    || scratch.differences == ["collation C.UTF-8 in place of de-u-co-phonebk (ICU)"])
        }
        let builtin = DatabaseLocale(
            encoding: "UTF8", provider: .builtin, collate: "C", characterType: "C", locale: "C.UTF-8")
        try await ScratchDatabase.with(on: cluster.connectionInfo, like: builtin, runID: "builtin") { scratch in
            #expect(scratch.differences.isEmpty == (cluster.version.major >= 17))
        }
    }

    @Test(arguments: ["SQL_ASCII", "LATIN1", "EUC_JP"])
    func `has the source's encoding`(encoding: String) async throws {
        let cluster = try await ScratchCluster.shared()
        let locale = DatabaseLocale(encoding: ServerText(encoding), collate: "C", characterType: "C")
        let runID = "enc_\(encoding.lowercased())"
        try await ScratchDatabase.with(on: cluster.connectionInfo, like: locale, runID: runID) { scratch in
            let session = try await Session.open(scratch.connectionInfo, applicationName: "dbops test")
            #expect(session.server.encoding == encoding)
        }
    }

    @Test func `sweeps what a killed run has left and nothing else`() async throws {
        try await ScratchCluster.with { cluster in
            try await cluster.psql(
                """
                CREATE DATABASE dbops_scratch_killed;
                COMMENT ON DATABASE dbops_scratch_killed IS 'scratch database of dbops run killed';
                CREATE DATABASE dbops_scratch_plain;
                CREATE DATABASE dbops_scratch_other;
                COMMENT ON DATABASE dbops_scratch_other IS 'scratch database of dbops run killed';
                CREATE DATABASE "dbops_scratch_Mine";
                COMMENT ON DATABASE "dbops_scratch_Mine" IS 'scratch database of dbops run Mine';
                CREATE DATABASE dbops_kept_killed;
                COMMENT ON DATABASE dbops_kept_killed IS 'scratch database of dbops run killed';
                """)
            let session = try await cluster.openSession()
            try await ScratchDatabase.with(on: cluster.connectionInfo, like: locale, runID: "alive") { _ in
                #expect(try await ScratchDatabase.sweepLeftovers(session) == ["dbops_scratch_killed"])
                let rest = try await databases(cluster, like: "dbops%")
                #expect(
                    rest == [
                        "dbops_kept_killed", "dbops_scratch_Mine", "dbops_scratch_alive", "dbops_scratch_other",
                        "dbops_scratch_plain",
                    ])
            }
        }
    }

    @Test func `is not made twice`() async throws {
        let cluster = try await ScratchCluster.shared()
        try await ScratchDatabase.with(on: cluster.connectionInfo, like: locale, runID: "once") { _ in
            let error = try await #require(throws: PostgresError.self) {
                try await ScratchDatabase.with(on: cluster.connectionInfo, like: locale, runID: "once") { _ in }
            }
            #expect(error.category == .tryLater)
        }
    }
}
