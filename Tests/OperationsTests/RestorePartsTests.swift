import JobModel
import Testing

@testable import Archive
@testable import Operations

@Suite struct StockRestoreTests {
    private let entries: [TOCEntry] = [
        .entry(
            1, "FK CONSTRAINT", "a a_fkey",
            defn: "ALTER TABLE ONLY public.a\n    ADD CONSTRAINT a_fkey FOREIGN KEY (b);\n"),
        .entry(2, "INDEX", "i", defn: "CREATE INDEX i ON public.a USING btree (b);\n"),
        .entry(3, "INDEX ATTACH", "j", defn: "ALTER INDEX public.i ATTACH PARTITION public.j;\n"),
        .entry(4, "COMMENT", "none", defn: ""),
    ]

    private func failed(_ words: String) throws -> [Int]? {
        StockRestore.failedEntries(in: words, of: try .of(entries))
    }

    private func block(_ command: String) -> String {
        """
        pg_restore: error: could not execute query: ERROR:  deadlock detected
        DETAIL:  Process 1 waits for ShareLock; Process 2 waits for AccessExclusiveLock.
        HINT:  See server log for query details.
        Command was: \(command)


        """
    }

    @Test func `tells the entries that fell by the commands that pg_restore prints`() throws {
        let words =
            block("ALTER TABLE ONLY public.a\n    ADD CONSTRAINT a_fkey FOREIGN KEY (b);")
            + block("ALTER INDEX public.i ATTACH PARTITION public.j;")
            + "pg_restore: warning: errors ignored on restore: 4\n"
        #expect(try failed(words) == [1, 3])
    }

    @Test func `does not guess where an error shows no command of an entry`() throws {
        let words =
            block("CREATE INDEX i ON public.a USING btree (b);") + "pg_restore: error: could not read the file\n"
        #expect(try failed(words) == nil)
        #expect(try failed(block("CREATE INDEX unknown ON public.a;")) == nil)
    }

    @Test func `takes the telling lines, without the tool's name and without values of rows`() {
        let words = """
            pg_restore: connecting
            pg_restore: while PROCESSING TOC:
            pg_restore: error: could not execute query: ERROR:  type "x" does not exist
            DETAIL:  It was never there.
            Command was: CREATE TABLE secret (x x);
            """
        #expect(
            StockRestore.reason(in: words)
                == "could not execute query: ERROR:  type \"x\" does not exist")
        #expect(StockRestore.reason(in: "one\ntwo\nthree\nfour\n") == "two; three; four")
        #expect(StockRestore.reason(in: "") == "")
    }

    @Test(arguments: [
        ("server closed the connection unexpectedly", true),
        ("FATAL:  terminating connection due to administrator command", true),
        ("connection to server on socket failed", true), ("could not connect to database", true),
        ("ERROR:  could not extend file: No space left on device", true), ("ERROR:  out of shared memory", true),
        ("ERROR:  relation \"t\" does not exist", false),
    ])
    func `tells a server that went away from one that refused`(reason: String, isLost: Bool) {
        #expect(StockRestore.saysNothingOfTheBackup(reason) == isLost)
    }
}

@Suite struct PrerequisitesTests {
    private var manifest: Manifest {
        var manifest = Manifest.example
        manifest.roles = ["app", "postgres", "odd \"role"]
        manifest.extensions = [.init(name: "hstore", version: "1.8", schema: "public")]
        manifest.collations = [
            .init(name: "\"pg_catalog\".\"de_DE\"", provider: "libc"),
            .init(name: "\"public\".\"own\"", provider: "icu"),
        ]
        manifest.tablespaces = ["fast"]
        return manifest
    }

    private func missing(
        _ entries: [TOCEntry], roles: Set<String> = [], extensions: Set<String> = [], collations: Set<String> = [],
        tablespaces: Set<String> = []
    ) throws -> Prerequisites {
        Prerequisites(
            of: manifest, try .of(entries),
            offer: .init(roles: roles, extensions: extensions, collations: collations, tablespaces: tablespaces))
    }

    @Test func `misses nothing where all is there`() throws {
        let missing = try missing(
            [.table(1, "t", oid: 1)], roles: ["app", "postgres", "odd \"role", "other"], extensions: ["hstore", "x"],
            collations: ["\"pg_catalog\".\"de_DE\""], tablespaces: ["fast"])
        #expect(missing.refusal(major: 15) == nil)
    }

    @Test func `names all that is missing at once, with the commands that make the roles`() throws {
        let error = try #require(try missing([.table(1, "t", oid: 1)]).refusal(major: 15))
        #expect(
            error.message
                == "the target server lacks role app, role odd \"role, role postgres, extension hstore, "
                + "collation \"pg_catalog\".\"de_DE\", tablespace fast")
        #expect(
            error.hint?.contains("CREATE ROLE \"app\"; CREATE ROLE \"odd \"\"role\"; CREATE ROLE \"postgres\";") == true
        )
        #expect(error.category == .unavailable)
    }

    @Test func `needs the bootstrap role only where something names it`() throws {
        let owned = TOCEntry.entry(1, "TABLE", "t", owner: "app")
        #expect(try missing([owned], roles: ["app", "odd \"role"]).missingRoles == [])
        let granted = TOCEntry.entry(
            2, "ACL", "TABLE t", owner: "app", defn: "GRANT ALL ON TABLE public.t TO postgres;\n")
        #expect(try missing([owned, granted], roles: ["app", "odd \"role"]).missingRoles == ["postgres"])
        #expect(try missing([.table(3, "u", oid: 3)], roles: ["app", "odd \"role"]).missingRoles == ["postgres"])
    }

    @Test func `does not ask for collations that the backup itself makes`() throws {
        #expect(try missing([]).missingCollations == ["\"pg_catalog\".\"de_DE\""])
    }
}

@Suite struct EntryListTests {
    @Test func `lists all entries but rows and large objects' contents, by bare numbers`() throws {
        let entries: [TOCEntry] =
            [.table(5, "t", oid: 1), .rows(6, "t", oid: 1), .entry(8, "SEQUENCE SET", "s"), .entry(9, "INDEX", "i")]
            + .largeObjects(40..<42, contents: 70)
        let list = String(decoding: DatabaseRestore.entryList(try .of(entries)), as: UTF8.self)
        #expect(list == "5;\n8;\n9;\n71;\n72;\n")
    }
}

@Suite struct ArchiveListingTests {
    @Test(arguments: [
        (
            ";\n; Archive created at 2026\n;     dbname: shop\n;     TOC Entries: 42\n;     Format: DIRECTORY\n",
            Int?(42)
        ),
        ("; nothing of the kind\n", nil), (";     TOC Entries: many\n", nil), ("", nil),
    ])
    func `reads how many entries stock pg_restore counts`(listing: String, count: Int?) {
        #expect(ArchiveListing.entryCount(inListing: listing) == count)
    }
}

@Suite struct LargeObjectFileTests {
    @Test func `names files as pg_dump does`() {
        #expect(LargeObjectFile.name(of: 42) == "blob_42.dat")
        #expect(String(decoding: LargeObjectFile.list(of: [7, 42]), as: UTF8.self) == "7 blob_7.dat\n42 blob_42.dat\n")
    }

    @Test(arguments: [
        ("blob_42.dat.gz", UInt32?(42)), ("blob_4294967295.dat.gz", 4_294_967_295), ("blob_4294967296.dat.gz", nil),
        ("42.dat.gz", nil), ("blobs.toc", nil), ("blob_.dat.gz", nil), ("blob_x.dat.gz", nil), ("blob_42.dat", nil),
    ])
    func `knows the objects of large objects from all others`(name: String, oid: UInt32?) {
        #expect(LargeObjectFile.oid(inObjectName: name) == oid)
    }
}

@Suite struct BackupReferenceTests {
    @Test func `takes a backup's id, a folder, an URL, and its manifest`() throws {
        func reference(_ text: String) throws -> BackupReference {
            try BackupReference(parsing: text, currentDirectory: "/home/x")
        }
        let id = try #require(BackupID("20261121T020000Z-abcdef"))
        #expect(try reference("20261121T020000Z-abcdef") == .id(id))
        let folder = BackupReference.folder(store: .directory(path: "/b/shop"), folder: "20261121T020000Z-abcdef")
        #expect(try reference("/b/shop/20261121T020000Z-abcdef") == folder)
        #expect(try reference("/b/shop/20261121T020000Z-abcdef/") == folder)
        #expect(try reference("file:///b/shop/20261121T020000Z-abcdef/manifest.json") == folder)
        #expect(try reference("copy") == .folder(store: .directory(path: "/home/x"), folder: "copy"))
        guard case .folder(.s3(let store), "copy of it") = try reference("s3://bucket/prefix/copy of it") else {
            Issue.record("not a folder in S3")
            return
        }
        #expect(store.bucket == "bucket" && store.prefix == "prefix")
    }

    @Test(arguments: ["s3://bucket", "file:///"])
    func `refuses what names a store and no backup`(text: String) throws {
        let error = try #require(throws: StoreLocationError.self) {
            try BackupReference(parsing: text, currentDirectory: "/")
        }
        #expect(error.message.contains("is a store, not a backup"))
    }
}
