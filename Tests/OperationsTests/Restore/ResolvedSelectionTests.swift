import JobModel
import Testing

@testable import Archive
@testable import Operations

/// Which entries of a table of contents a selection comes to. The dependencies are those that pg_dump 15 writes.
@Suite struct ResolvedSelectionTests {
    private static func contents() throws -> TableOfContents {
        try TableOfContents.of([
            .entry(1, "DATABASE", "shop", schema: nil),
            .entry(2, "SCHEMA", "sales", schema: nil),
            .entry(3, "ACL", "SCHEMA sales", schema: nil).needing(2),
            .entry(4, "EXTENSION", "citext", schema: nil),
            .entry(5, "TYPE", "mood", schema: "sales").needing(2),
            .entry(6, "FUNCTION", "touch()", schema: "sales").needing(2),
            .entry(7, "COMMENT", "FUNCTION touch()", schema: "sales").needing(6),
            .entry(8, "SEQUENCE", "shared", schema: "sales").needing(2),
            .entry(9, "SEQUENCE SET", "shared", schema: "sales").needing(8),
            .table(10, "customers", oid: 100, schema: "sales").needing(2, 5, 4),
            .entry(11, "COMMENT", "COLUMN customers.id", schema: "sales").needing(10),
            .entry(12, "ACL", "TABLE customers", schema: "sales").needing(10),
            .entry(13, "ACL", "COLUMN customers.id", schema: "sales").needing(10, 12),
            .entry(14, "SEQUENCE", "customers_id_seq", schema: "sales").needing(2, 10),
            .entry(15, "SEQUENCE SET", "customers_id_seq", schema: "sales").needing(14),
            .rows(16, "customers", oid: 100, schema: "sales").needing(10),
            .entry(17, "CONSTRAINT", "customers customers_pkey", schema: "sales").needing(10),
            .entry(18, "TRIGGER", "customers touched", schema: "sales").needing(10, 6),
            .entry(19, "ROW SECURITY", "customers", schema: "sales").needing(10),
            .table(20, "orders", oid: 200, schema: "sales").needing(2, 8),
            .entry(21, "SEQUENCE", "orders_id_seq", schema: "sales").needing(2, 20),
            .entry(22, "SEQUENCE OWNED BY", "orders_id_seq", schema: "sales").needing(21),
            .entry(23, "DEFAULT", "orders id", schema: "sales").needing(20, 21, 20),
            .rows(24, "orders", oid: 200, schema: "sales").needing(20),
            .entry(25, "SEQUENCE SET", "orders_id_seq", schema: "sales").needing(21),
            .entry(26, "INDEX", "orders_at", schema: "sales").needing(20, 6),
            .entry(27, "COMMENT", "INDEX orders_at", schema: "sales").needing(26),
            .entry(
                28, "FK CONSTRAINT", "orders orders_customer_fkey", schema: "sales",
                defn: "ALTER TABLE ONLY sales.orders\n    ADD CONSTRAINT orders_customer_fkey FOREIGN KEY …;\n"
            ).needing(17, 10, 20),
            .entry(29, "COMMENT", "CONSTRAINT orders_customer_fkey ON orders", schema: "sales").needing(28),
            .entry(30, "POLICY", "customers own", schema: "sales").needing(10, 20),
            .table(40, "events", oid: 400),
            .table(41, "events_1", oid: 401).needing(40),
            .entry(42, "TABLE ATTACH", "events_1", defn: "ALTER TABLE … ATTACH PARTITION …;").needing(41, 40),
            .rows(43, "events_1", oid: 401).needing(41),
            .entry(44, "CONSTRAINT", "events events_pkey").needing(40, 40),
            .entry(45, "CONSTRAINT", "events_1 events_1_pkey").needing(41, 44, 41),
            .entry(46, "INDEX ATTACH", "events_1_pkey").needing(41, 45, 44, 41, 40),
            .table(47, "events_1_a", oid: 402).needing(41), .entry(48, "TABLE ATTACH", "events_1_a").needing(47, 41),
            .entry(49, "CONSTRAINT", "events_1_a events_1_a_pkey").needing(47, 45, 47),
            .entry(52, "INDEX ATTACH", "events_1_a_pkey").needing(41, 45, 44, 49, 47, 41, 45, 44, 47, 41),
            .entry(50, "VIEW", "seen").needing(40),
            .entry(51, "RULE", "seen rewritten").needing(50, 50, 20),
            .table(60, "a", oid: 600), .table(61, "a b", oid: 601),
            .entry(
                62, "FK CONSTRAINT", "a b c",
                defn: "ALTER TABLE ONLY public.a\n    ADD CONSTRAINT \"b c\" FOREIGN KEY …;"
            ).needing(60, 61),
            .table(65, "hashed", oid: 650), .table(66, "hashed_0", oid: 651).needing(65),
            .entry(67, "TABLE ATTACH", "hashed_0").needing(66, 65),
            .rows(68, "hashed_0", oid: 651, root: "public.hashed").needing(66),
            .table(72, "hashed_1", oid: 652).needing(65), .entry(73, "TABLE ATTACH", "hashed_1").needing(72, 65),
            .table(74, "hashed_1_a", oid: 653).needing(72), .entry(75, "TABLE ATTACH", "hashed_1_a").needing(74, 72),
            .rows(76, "hashed_1_a", oid: 653, root: "public.hashed").needing(74),
            .entry(70, "PUBLICATION", "pub", schema: nil),
            .entry(71, "PUBLICATION TABLE", "pub orders", schema: "sales").needing(70, 20),
            .entry(80, "DEFAULT ACL", "DEFAULT PRIVILEGES FOR TABLES", schema: "sales").needing(2),
        ])
    }

    private static let customers: Set<Int> = [10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 30]

    private typealias Name = (kind: String, schema: ServerText, name: ServerText)

    private func target(_ names: [Name] = []) -> TargetObjects {
        var descriptions: [ObjectName: String] = [:]
        for name in [(kind: "schema", schema: "", name: "public")] + names {
            descriptions[ObjectName(kind: name.kind, schema: name.schema, name: name.name)] = "a \(name.kind)"
        }
        return TargetObjects(descriptions)
    }

    private func resolve(
        _ tables: [String], schemas: [String] = [], into target: TargetObjects
    ) throws -> ResolvedSelection {
        let contents = try Self.contents()
        let chosen = try ChosenEntries(.init(tables: tables, schemas: schemas), of: contents)
        return try ResolvedSelection(chosen, of: contents, into: target)
    }

    private func error(_ tables: [String], schemas: [String] = [], into target: TargetObjects) -> RestoreError? {
        do {
            _ = try resolve(tables, schemas: schemas, into: target)
            return nil
        } catch {
            return error as? RestoreError
        }
    }

    @Test func `takes of a table all that belongs to it, and what it needs`() throws {
        let selection = try resolve(["sales.orders"], into: target([("relation", "sales", "customers")]))
        #expect(selection.entries == [2, 3, 6, 7, 8, 9, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29])
        #expect(selection.alongside.map(\.dumpID) == [2, 6, 8])
        #expect(selection.alreadyThere.map(\.dumpID) == [10])
        #expect(selection.leftOut.map(\.entry.dumpID) == [71])
        #expect(selection.ties.map(\.dumpID) == [28])
    }

    @Test func `leaves out a foreign key to a table that is missing, with its statement and its comment`() throws {
        let selection = try resolve(["sales.orders"], into: target())
        #expect(selection.entries.isDisjoint(with: [10, 28, 29, 71]))
        let leftOut = try #require(selection.leftOut.first { $0.entry.dumpID == 28 })
        #expect(leftOut.reason == "TABLE sales.customers is not there")
        #expect(leftOut.statement.hasPrefix("ALTER TABLE ONLY sales.orders"))
        #expect(selection.ties.isEmpty)
    }

    @Test func `leaves what is needed and there as it is`() throws {
        let there = target([
            ("schema", "", "sales"), ("routine", "sales", "touch()"), ("relation", "sales", "shared"),
            ("publication", "", "pub"),
        ])
        let selection = try resolve(["sales.orders"], into: there)
        #expect(selection.entries == [20, 21, 22, 23, 24, 25, 26, 27, 71])
        #expect(selection.alreadyThere.map(\.dumpID) == [2, 6, 8, 70])
        #expect(selection.alongside.isEmpty)
    }

    @Test func `takes two tables with the foreign key between them`() throws {
        let selection = try resolve(["sales.orders", "sales.customers"], into: target())
        #expect(selection.entries.isSuperset(of: Self.customers.union([20, 28, 29, 4, 5])))
        #expect(selection.ties.isEmpty)
    }

    @Test func `refuses what needs something that is not made unasked, and says its name`() {
        let error = error(["sales.customers"], into: target())
        #expect(
            error
                == .selectionNeeds(
                    ["POLICY sales.customers own needs TABLE sales.orders"], tables: ["sales.orders"]))
        #expect(error?.hint == "Restore them as well: --table 'sales.orders'")
    }

    @Test func `takes the partitions with a partitioned table, and the attachments of their indexes`() throws {
        let selection = try resolve(["events"], into: target())
        #expect(selection.entries == [40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 52])
    }

    @Test func `does not take a partition without its table where its rows go through that`() {
        #expect(
            error(["hashed_0"], into: target())
                == .selectionNeeds(["TABLE DATA public.hashed_0 needs TABLE public.hashed"], tables: ["public.hashed"]))
        let there = error(["hashed_0"], into: target([("relation", "public", "hashed")]))
        #expect(there == .rowsThroughTable(partitions: ["public.hashed_0"], tables: ["public.hashed"]))
        #expect(there?.hint?.contains("--create --table 'public.hashed'") == true, "to add the table would be refused")
    }

    @Test func `follows the rows of a partition's partition to the root`() {
        let error = error(["hashed_1_a"], into: target([("relation", "public", "hashed_1")]))
        #expect(
            error
                == .selectionNeeds(
                    ["TABLE DATA public.hashed_1_a needs TABLE public.hashed"], tables: ["public.hashed"]))
    }

    @Test func `names foreign keys as lost only where their table is there, and they refer to what is restored`() throws
    {
        let there = target([("relation", "public", "a")])
        #expect(try resolve(["\"a b\""], into: there).lostForeignKeys.map(\.dumpID) == [62])
        #expect(try resolve(["\"a b\""], into: target()).lostForeignKeys.isEmpty)
        #expect(try resolve(["events"], into: there).lostForeignKeys.isEmpty)
    }

    @Test func `takes all that a wildcard matches`() throws {
        #expect(try resolve(["a*"], into: target()).entries == [60, 61, 62])
    }

    @Test func `leaves a partition alone where its table is not there`() throws {
        let selection = try resolve(["events_1"], into: target())
        #expect(selection.entries == [41, 43, 45, 47, 48, 49, 52])
        #expect(selection.leftOut.map(\.entry.dumpID) == [42])
    }

    @Test func `takes a partition alone where its table is there`() throws {
        let selection = try resolve(["events_1"], into: target([("relation", "public", "events")]))
        #expect(selection.entries == [41, 42, 43, 45, 46, 47, 48, 49, 52])
        #expect(selection.ties.map(\.dumpID) == [42, 46], "when its own indexes are there")
    }

    @Test func `takes a view only where its tables are, and leaves out its rules that go elsewhere`() throws {
        #expect(error(["seen"], into: target())?.category == .unavailable)
        let selection = try resolve(["seen"], into: target([("relation", "public", "events")]))
        #expect(selection.entries == [50])
        #expect(selection.leftOut.map(\.entry.dumpID) == [51])
    }

    @Test func `tells by the statement whose foreign key it is`() throws {
        let chosen = try ChosenEntries(.init(tables: ["public.a"]), of: Self.contents())
        #expect(chosen.all == [60, 62])
        #expect(try ChosenEntries(.init(tables: ["public.\"a b\""]), of: Self.contents()).all == [61])
    }

    @Test func `takes all of a schema, and makes the schema only where it is missing`() throws {
        let selection = try resolve([], schemas: ["sales"], into: target([("extension", "", "citext")]))
        #expect(selection.entries == Self.customers.union(2...9).subtracting([4]).union(20...29).union([80]))
        #expect(selection.alongside.isEmpty, "the schema was asked for")
        let there = target([("extension", "", "citext"), ("schema", "", "sales")])
        #expect(try resolve([], schemas: ["sales"], into: there).entries.isDisjoint(with: [2, 3]))
    }

    @Test(arguments: [
        ("relation", "sales", "orders"), ("relation", "sales", "orders_id_seq"), ("relation", "sales", "orders_at"),
    ])
    func `refuses what is there, with all that goes with a table`(kind: String, schema: String, name: String) {
        let there = target([(kind, ServerText(schema), ServerText(name))])
        #expect(error(["sales.orders"], into: there) == .selectionExists(["\(schema).\(name) (a relation)"]))
    }

    @Test func `refuses an index of a primary key that is there under another table`() {
        let there = target([("relation", "public", "events_1_pkey")])
        #expect(error(["events"], into: there) == .selectionExists(["public.events_1_pkey (a relation)"]))
    }

    @Test func `refuses types and functions of a schema that are there`() {
        let there = target([("schema", "", "sales"), ("type", "sales", "mood"), ("routine", "sales", "touch()")])
        #expect(
            error([], schemas: ["sales"], into: there)
                == .selectionExists(["sales.mood (a type)", "sales.touch() (a routine)"]))
    }

    @Test func `names foreign keys of other tables that are lost`() throws {
        let there = target([
            ("schema", "", "sales"), ("relation", "sales", "orders"), ("type", "sales", "mood"),
            ("extension", "", "citext"), ("routine", "sales", "touch()"),
        ])
        #expect(try resolve(["sales.customers"], into: there).lostForeignKeys.map(\.dumpID) == [28])
        let whole = target([
            ("schema", "", "sales"), ("relation", "sales", "orders"), ("type", "sales", "mood"),
            ("extension", "", "citext"), ("routine", "sales", "touch()"),
            ("fk constraint", "sales", "orders orders_customer_fkey"),
        ])
        #expect(try resolve(["sales.customers"], into: whole).lostForeignKeys.isEmpty)
    }

    @Test(
        arguments: [
            (["sales.order"], [], "sales.orders"), (["Sales.\"Orders\""], [], "sales.orders"),
            (["custommers"], [], "customers"),
            (["sales.zebra"], [], nil), ([], ["sale"], "sales"), (["sales.x*"], [], nil),
        ] as [([String], [String], String?)])
    func `names the nearest where nothing is called so`(tables: [String], schemas: [String], nearest: String?) throws {
        let error = error(tables, schemas: schemas, into: target())
        guard case .notInBackup(_, _, let found)? = error else { throw try #require(error) }
        #expect(found == nearest)
        #expect(error?.category == .usage)
    }

    @Test func `asks which one is meant where several schemas have the name`() throws {
        let contents = try TableOfContents.of([
            .table(1, "t", oid: 1, schema: "a"), .table(2, "t", oid: 2, schema: "b"),
        ])
        #expect(throws: RestoreError.ambiguous("t", candidates: ["a.t", "b.t"])) {
            try ChosenEntries(.init(tables: ["t"]), of: contents)
        }
        #expect(try ChosenEntries(.init(tables: ["*.t"]), of: contents).all == [1, 2])
    }
}

extension TOCEntry {
    fileprivate func needing(_ dumpIDs: Int...) -> TOCEntry {
        var entry = self
        entry.dependencies = dumpIDs
        return entry
    }
}
