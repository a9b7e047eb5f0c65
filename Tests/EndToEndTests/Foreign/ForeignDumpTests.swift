import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

extension EndToEndTests {
    /// Dumps of PostgreSQL's own programs, as they are and damaged.
    @Suite struct ForeignDumpTests {
        private static let script = """
            CREATE ROLE foreign_owner_NAME; CREATE SCHEMA s;
            CREATE TABLE s.t (id serial PRIMARY KEY, a text);
            INSERT INTO s.t (a) SELECT 'row ' || i || E'\\\\.' FROM generate_series(1, 3000) i;
            ALTER TABLE s.t OWNER TO foreign_owner_NAME;
            CREATE TABLE p (a int, b text) PARTITION BY RANGE (a);
            CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100);
            CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (100) TO (200);
            INSERT INTO p SELECT i, 'v' FROM generate_series(0, 199) i;
            CREATE TABLE "We ird""q" ("A b" int); INSERT INTO "We ird""q" VALUES (1), (2);
            CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'x;'; RETURN NEW; END $$;
            CREATE TRIGGER tr BEFORE UPDATE ON s.t FOR EACH ROW EXECUTE FUNCTION f();
            CREATE RULE r AS ON DELETE TO p DO ALSO (SELECT 1; SELECT 2);
            ALTER TABLE p ADD CONSTRAINT later CHECK (a >= 0) NOT VALID;
            SELECT lo_from_bytea(0, 'abc');
            """

        /// A database of the example, and shell commands that dump it into `$1`.
        private func dump(
            _ commands: String, binFolder: String = ScratchCluster.anyBinFolder
        ) async throws -> (place: Workplace, path: String) {
            let server = try await ServerPool.current.server(binFolder)
            let database = try await server.makeDatabase()
            try await server.psql(
                Self.script.replacingOccurrences(of: "NAME", with: database), database: database)
            let place = try Workplace(path: [binFolder, "/usr/bin", "/bin"])
            let path = "\(place.folder)/some.file"
            try await server.shell("db='\(database)'; out='\(path)'; \(commands)")
            return (place, path)
        }

        private func verdicts(_ result: DBOpsProcess.Result) throws -> [String: String] {
            let checks = try #require(result.objects().first?["checks"] as? [[String: Any]])
            return Dictionary(
                uniqueKeysWithValues: checks.compactMap { check in
                    (check["name"] as? String).map { ($0, check["verdict"] as? String ?? "") }
                })
        }

        private static let soundKinds = [
            "pg_dump $db > $out", "pg_dump $db | gzip > $out", "pg_dump $db | zstd -q > $out", "pg_dump -Fc $db > $out",
            "pg_dump -Fc $db | gzip > $out", "pg_dump -Fc -Z0 $db -f $out", "pg_dump -Ft $db > $out",
            "pg_dump -Fd -f $out $db", "pg_dump --inserts $db > $out", "pg_dump -C $db > $out",
            "pg_dump --clean --create $db > $out", "pg_dump --clean $db > $out",
            "pg_dump --rows-per-insert=50 --column-inserts $db > $out", "pg_dump --load-via-partition-root $db > $out",
            "pg_dump --no-owner --no-privileges $db > $out", "pg_dump --quote-all-identifiers $db > $out",
            "pg_dump -Fc $db | pg_restore -f $out", "pg_dump -v $db > $out 2>/dev/null",
        ]

        @Test(arguments: soundKinds)
        func `a sound dump of every kind is proven`(commands: String) async throws {
            let (place, path) = try await dump(commands)
            // What makes databases is run in a throw-away cluster only, which takes longer.
            let makesDatabase = commands.contains(" -C ") || commands.contains("--create")
            let options = makesDatabase ? [] : ["--on", try await ServerPool.current.server().text()]
            let result = try await place.run(["restore", "--verify", path, "--json"] + options)
            #expect(result.exitCode == 0, "\(result)")
            let verdicts = try verdicts(result)
            for name in ["objects", "table of contents", "restore", "rows", "inventory", "sequences"] {
                #expect(verdicts[name] == "passed", "\(name) in \(result.standardOutput)")
            }
            #expect(verdicts["row hashes"] == "skipped")
            #expect(result.standardOutput.contains("3202 rows in "), "\(result.standardOutput)")
            #expect(Workplace.leftovers(in: place.dbops.temporaryFolder) == [])
        }

        @Test(arguments: ScratchCluster.binFolders)
        func `dumps of every version at hand, and of pg_dumpall`(binFolder: String) async throws {
            for commands in ["pg_dump $db > $out", "pg_dump -Fc $db > $out", "pg_dump -Ft $db > $out"] {
                let (place, path) = try await dump(commands, binFolder: binFolder)
                let result = try await place.run("restore", "--verify", path)
                #expect(result.exitCode == 0, "\(commands): \(result)")
            }
            try await ScratchCluster.with(binFolder) { cluster in
                try await cluster.psql(
                    """
                    CREATE ROLE a LOGIN PASSWORD 'x'; CREATE ROLE b; GRANT b TO a; CREATE DATABASE "My ""Shop" OWNER a;
                    ALTER DATABASE "My ""Shop" SET work_mem = '5MB';
                    """)
                try await cluster.psql(
                    "CREATE TABLE t (a int PRIMARY KEY); INSERT INTO t VALUES (1), (2); GRANT SELECT ON t TO b",
                    database: "My \"Shop")
                let place = try Workplace(path: [binFolder, "/usr/bin", "/bin"])
                let host = cluster.connectionInfo.keywords["host"] ?? ""
                for options in ["", "--clean", "--clean --if-exists"] {
                    try await place.shell("'\(binFolder)/pg_dumpall' -h '\(host)' -U postgres \(options) > all")
                    let result = try await place.run("restore", "--verify", "\(place.folder)/all", "--json")
                    #expect(result.exitCode == 0, "\(options): \(result)")
                    #expect(try verdicts(result)["globals"] == "passed")
                    #expect(result.standardOutput.contains("2 rows in 1 tables"), "\(result.standardOutput)")
                }
            }
        }

        @Test(arguments: [
            ("pg_dump $db | gzip | head -c 9000 > $out", "cut off"),
            ("pg_dump $db | gzip > $out; printf x >> $out", "other bytes follow"),
            ("pg_dump $db | zstd -q | head -c 5000 > $out", "cannot be uncompressed"),
            ("pg_dump $db | head -c 20000 > $out", "breaks off within the rows"),
            ("pg_dump $db | head -n -8 > $out", "is missing"),
            (
                "pg_dump $db | sed '/^.[.]$/,$d' > $out; echo 'pg_dump: error: server closed' >> $out",
                "server closed"
            ),
            ("pg_dump $db > $out; echo 'DROP TABLE x;' >> $out", "follow the end"),
            (": > $out", "empty"), ("printf '' | gzip > $out", "empty"), ("head -c 5000 /dev/zero > $out", "zeros"),
            ("printf -- '--\\n-- PostgreSQL database dump\\n--\\n\\n' > $out", "is missing"),
            ("echo '<html><body>404</body></html>' > $out", "web page"), ("head -c 9000 /dev/urandom > $out", "binary"),
            ("echo 'pg_dump: error: connection refused' > $out", "connection refused"),
            ("pg_dump -Fc $db | head -c -1 > $out", "cut off"), ("pg_dump -Fc $db | head -c 12000 > $out", "cut off"),
            ("pg_dump -Fc $db | head -c 2000 > $out", "ends within its table of contents"),
            ("pg_dump -Fc $db > $out; printf x >> $out", "belong to nothing"),
            // On this one pg_restore itself would wait for ever.
            ("pg_dump -Ft $db | head -c 30000 > $out", "cut off"),
            (
                "pg_dump $db > $out.a; (head -n 30 $out.a; echo '\\! id'; for i in $(seq 20); do cat $out.a; done) | zstd -q > $out",
                "psql command"
            ),
            ("pg_dump -Fd -f $out $db; rm \"$(ls $out/*.dat.gz | head -n 1)\"", "it lacks the file"),
            (
                "pg_dump -Fd -f $out $db; f=$(ls -S $out/*.dat.gz | head -n 1); truncate -s -3 $f",
                "pg_restore cannot read it"
            ),
            ("pg_dump $db | sed 's|^SET row_security.*|\\\\! touch '$out'.owned|' > $out", "psql command"),
            ("pg_dump $db | sed \"s/^SET row_security.*/COPY s.t FROM PROGRAM 'id';/\" > $out", "outside of the dump"),
            ("pg_dump $db | sed 's/^CREATE TABLE s.t /CREATE TABLE s.wrong /' > $out", "does not exist"),
        ])
        func `a damaged dump, or what is none, is found`(commands: String, words: String) async throws {
            let (place, path) = try await dump("set +o pipefail; \(commands)")
            let server = try await ServerPool.current.server()
            let result = try await place.run("restore", "--verify", path, "--json", "--on", server.text())
            #expect(result.exitCode == 65, "\(result)")
            #expect(result.standardOutput.contains(words), "\(result.standardOutput)")
            #expect(result.standardOutput.contains("\"outcome\":\"failed\""), "\(result.standardOutput)")
            #expect(!FileManager.default.fileExists(atPath: "\(path).owned"))
            #expect(Workplace.leftovers(in: place.dbops.temporaryFolder) == [])
        }

        @Test(arguments: ["pg_dump $db | gzip > $out", "pg_dump -Fc $db > $out"])
        func `a flipped bit in compressed rows is found`(commands: String) async throws {
            let (place, path) = try await dump(commands)
            let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
            // Behind the table of contents of the archive.
            for position in [bytes.count / 2, bytes.count * 3 / 4] {
                var damaged = bytes
                damaged[position] ^= 4
                try Data(damaged).write(to: URL(fileURLWithPath: path))
                let server = try await ServerPool.current.server()
                let result = try await place.run("restore", "--verify", path, "--on", server.text())
                #expect(result.exitCode == 65, "byte \(position): \(result)")
            }
        }

        @Test func `a dump with rows that were lost from the server's side is found`() async throws {
            let (place, path) = try await dump("pg_dump $db > $out")
            // The server keeps all rows but one: what came and what is there differ.
            try await place.shell(
                """
                awk '/^-- Name: t_pkey; / || /^-- Name: t t_pkey; / { print "DELETE FROM s.t WHERE id = 7;\\n--" } { print }' \
                  some.file > lost; mv lost some.file
                """)
            let result = try await place.run("restore", "--verify", path, "--json")
            #expect(result.exitCode == 65, "\(result)")
            #expect(result.standardOutput.contains("s.t: 2999 rows instead of 3000"), "\(result.standardOutput)")
        }

        @Test func `a dump of a newer version than any server here is not available`() async throws {
            let (place, path) = try await dump(
                "pg_dump $db | sed 's/^\\(-- Dumped from database version\\) .*/\\1 97.1/' > $out")
            let result = try await place.run("restore", "--verify", path)
            #expect(result.exitCode == 69, "\(result)")
            #expect(result.standardError.contains("97"), "\(result)")
        }

        @Test func `an extension that is not installed is not available`() async throws {
            let (place, path) = try await dump(
                "pg_dump $db | sed 's/^SET row_security.*/CREATE EXTENSION no_such WITH SCHEMA public;/' > $out")
            let result = try await place.run("restore", "--verify", path)
            #expect(result.exitCode == 69, "\(result)")
            #expect(result.standardError.contains("no_such"), "\(result)")
        }

        @Test func `on a server that was named a dump of one database is proven, and nothing stays`() async throws {
            let server = try await ServerPool.current.server()
            for commands in ["pg_dump $db > $out", "pg_dump -Fc $db > $out"] {
                let (place, path) = try await dump(commands)
                let result = try await place.run("restore", "--verify", path, "--on", server.text(), "--json")
                #expect(result.exitCode == 0, "\(result)")
                let id = try #require(result.objects().first?["run_id"] as? String)
                let left = try await server.psql("SELECT count(*) FROM pg_database WHERE datname LIKE '%\(id)%'")
                #expect(left == "0")
            }
        }

        @Test func `on a server that was named nothing that concerns the whole of it is run`() async throws {
            let server = try await ServerPool.current.server()
            let (place, path) = try await dump("pg_dumpall --globals-only > $out")
            let cluster = try await place.run("restore", "--verify", path, "--on", server.text())
            #expect(cluster.exitCode == 64, "\(cluster)")
            let (other, created) = try await dump("pg_dump -C $db | sed \"s/$db/dbops_never/\" > $out")
            let database = try await other.run("restore", "--verify", created, "--on", server.text())
            #expect(database.exitCode == 65, "\(database)")
            #expect(database.standardOutput.contains("throw-away cluster only"), "\(database)")
            let made = try await server.psql("SELECT count(*) FROM pg_database WHERE datname = 'dbops_never'")
            #expect(made == "0")
        }

        @Test(
            .enabled(if: BucketUnderTest.hasRadosgw, "DBOPS_TEST_S3 is not set: no radosgw to try"),
            arguments: [
                ("pg_dump $db | gzip > $out", 0), ("pg_dump -Fc $db > $out", 0), ("pg_dump -Ft $db > $out", 0),
                ("pg_dump -Fd -f $out $db", 0), ("pg_dump $db | gzip | head -c 9000 > $out", 65),
                ("pg_dump -Fd -f $out $db; rm \"$(ls $out/*.dat.gz | head -n 1)\"", 65),
            ])
        func `a dump in a bucket is proven, or found damaged`(commands: String, code: Int) async throws {
            let (place, path) = try await dump("set +o pipefail; \(commands)")
            let bucket = try BucketUnderTest()
            let aws = try #require(BucketUnderTest.variable("DBOPS_TEST_TOOLS")) + "/aws"
            try await place.shell(
                """
                export AWS_REQUEST_CHECKSUM_CALCULATION=when_required
                folder=$([ ! -d some.file ] || echo --recursive)
                '\(aws)' --endpoint-url '\(bucket.endpoint)' --region us-east-1 s3 cp --quiet $folder \
                  some.file '\(bucket.url)/some.file'
                """, environment: bucket.credentials)
            let server = try await ServerPool.current.server()
            let result = try await bucket.run("restore", "--verify", "\(bucket.url)/some.file", "--on", server.text())
            #expect(result.exitCode == Int32(code), "\(path): \(result)")
            #expect(Workplace.leftovers(in: bucket.workplace.dbops.temporaryFolder) == [])
        }

        @Test func `a link to a dump is followed, and a backup of dbops goes its own way`() async throws {
            let (place, path) = try await dump("pg_dump $db > $out")
            try await place.shell("ln -s '\(path)' latest")
            let result = try await place.run("restore", "--verify", "\(place.folder)/latest", "--quiet")
            #expect(result.exitCode == 0, "\(result)")
            let server = try await ServerPool.current.server()
            let backup = try await place.backUp(server.text(try await server.makeDatabase()))
            let own = try await place.run("restore", "--verify", backup, "--json")
            #expect(own.exitCode == 0, "\(own)")
            #expect(!own.standardOutput.contains("row hashes\""), "\(own)")
        }
    }
}
