import JobModel
import Testing

@testable import Archive
@testable import Operations

@Suite struct InventoryTests {
    private let base: [TOCEntry] = [
        .entry(1, "ENCODING", "ENCODING", schema: nil), .table(2, "t", oid: 1),
        .rows(3, "t", oid: 1, columns: ["id", "body"]), .entry(4, "INDEX", "t_body"),
        .entry(5, "CONSTRAINT", "t t_pkey"), .entry(6, "SEQUENCE SET", "t_id_seq"),
    ]

    private func check(
        _ backup: [TOCEntry], _ restored: [TOCEntry], otherMajor: Bool = false
    ) throws -> VerificationCheck {
        try Inventory(backup: .of(backup), restored: .of(restored), otherMajor: otherMajor).check()
    }

    @Test func `passes the same entries under other numbers and in another order`() throws {
        let restored = base.reversed().enumerated().map { number, entry in
            var entry = entry
            entry.dumpID = 100 + number
            entry.oid += 1_000
            if entry.fileName != nil { entry.fileName = "\(entry.dumpID).dat" }
            return entry
        }
        let check = try check(base, restored)
        #expect(check.verdict == .passed)
        #expect(check.expected == "5 entries" && check.found == "5 entries", "ENCODING belongs to the dump")
        #expect(check.details == [])
    }

    @Test(arguments: [1, 2, 3, 4, 5])
    func `fails for any entry that is missing, and for one too many`(index: Int) throws {
        var fewer = base
        let lost = fewer.remove(at: index)
        let missing = try check(base, fewer)
        #expect(missing.verdict == .failed)
        #expect(missing.details.count == 1)
        #expect(missing.details.first?.hasPrefix("missing: \(lost.desc) public.\(lost.tag)") == true)
        let extra = try check(fewer, base)
        #expect(extra.verdict == .failed)
        #expect(extra.details.first?.hasPrefix("not in the backup: \(lost.desc)") == true)
    }

    @Test func `fails where an object has another owner`() throws {
        var other = base
        other[1].owner = "somebody"
        let check = try check(base, other)
        #expect(check.verdict == .failed)
        #expect(
            check.details == ["missing: TABLE public.t (postgres)", "not in the backup: TABLE public.t (somebody)"])
    }

    @Test func `fails where a table has lost a column, but not where columns stand in another order`() throws {
        var turned = base
        turned[2] = .rows(3, "t", oid: 1, columns: ["body", "id"])
        #expect(try check(base, turned).verdict == .passed)
        var narrow = base
        narrow[2] = .rows(3, "t", oid: 1, columns: ["id"])
        #expect(try check(base, narrow).verdict == .failed)
    }

    @Test func `counts entries that read the same`() throws {
        let twice = base + [.entry(7, "COMMENT", "TABLE t"), .entry(8, "COMMENT", "TABLE t")]
        #expect(try check(twice, twice).verdict == .passed)
        #expect(try check(twice, Array(twice.dropLast())).verdict == .failed)
        #expect(try check(Array(twice.dropLast()), twice).verdict == .failed)
    }

    @Test func `passes subscriptions that were left out on purpose, by name`() throws {
        let backup =
            base + [
                .entry(7, "SUBSCRIPTION", "feed", schema: nil), .entry(8, "COMMENT", "SUBSCRIPTION feed", schema: nil),
                .entry(9, "SUBSCRIPTION TABLE", "feed t"),
            ]
        let check = try check(backup, base)
        #expect(check.verdict == .passed)
        #expect(check.details == ["not restored, on purpose: SUBSCRIPTION feed"])
    }

    @Test func `leaves aside what belongs to the database itself`() throws {
        let backup =
            base + [
                .entry(7, "DATABASE", "shop", schema: nil), .entry(8, "DATABASE PROPERTIES", "shop", schema: nil),
                .entry(9, "ACL", "DATABASE shop", schema: nil), .entry(10, "COMMENT", "DATABASE shop", schema: nil),
                .entry(11, "SEARCHPATH", "SEARCHPATH", schema: nil),
            ]
        #expect(try check(backup, base).verdict == .passed)
    }

    @Test func `names what another major does otherwise, and passes it`() throws {
        let backup = base + [.entry(7, "BLOB", "42", schema: nil)]
        let restored = base + [.entry(7, "BLOB METADATA", "42..42", schema: nil), .entry(8, "STATISTICS DATA", "t")]
        #expect(try check(backup, restored).verdict == .failed)
        let across = try check(backup, restored, otherMajor: true)
        #expect(across.verdict == .passed)
        #expect(across.details.contains("expected between majors: missing: BLOB 42 (postgres)"))
        #expect(across.details.count == 3)
    }

    @Test(arguments: [
        "TABLE", "TABLE DATA", "VIEW", "MATERIALIZED VIEW", "SEQUENCE", "FUNCTION", "PROCEDURE", "AGGREGATE", "INDEX",
        "CONSTRAINT", "FK CONSTRAINT", "TRIGGER", "RULE", "POLICY", "ROW SECURITY", "TYPE", "DOMAIN", "SCHEMA",
        "DEFAULT", "FOREIGN TABLE", "SEQUENCE SET", "EXTENSION", "EVENT TRIGGER", "PUBLICATION", "SERVER",
    ])
    func `fails in every major where something is missing that holds or guards data`(kind: String) throws {
        let thing = TOCEntry.entry(7, ServerText(kind), "thing")
        let check = try check(base + [thing], base, otherMajor: true)
        #expect(check.verdict == .failed)
        #expect(check.details == ["missing: \(kind) public.thing (postgres)"])
    }

    @Test func `shows a few of very many differences`() throws {
        let many = (10..<60).map { TOCEntry.entry($0, "INDEX", "i\($0)") }
        let check = try check(base + many, base)
        #expect(check.details.count == 21)
        #expect(check.details.last == "and 30 more")
    }
}

@Suite struct SequenceComparisonTests {
    private func value(_ name: ServerText, _ value: Int, dumpID: Int = 1, called: Bool = true) -> TOCEntry {
        .entry(
            dumpID, "SEQUENCE SET", name,
            defn:
                "SELECT pg_catalog.setval('public.\(name)', \(ServerText("\(value)")), \(called ? "true" : "false"));\n"
        )
    }

    private func check(_ backup: [TOCEntry], _ restored: [TOCEntry]) throws -> VerificationCheck {
        try SequenceComparison(backup: .of(backup), restored: .of(restored)).check()
    }

    @Test func `passes the same values in any order`() throws {
        let values = [value("a", 1), value("b", 7, dumpID: 2)]
        let check = try check(values, [value("b", 7), value("a", 1, dumpID: 2)])
        #expect(check.verdict == .passed)
        #expect(check.expected == "2 values")
    }

    @Test func `fails for another value, for one not yet called, and for one that is missing`() throws {
        #expect(try check([value("a", 1)], [value("a", 2)]).verdict == .failed)
        #expect(try check([value("a", 1)], [value("a", 1, called: false)]).verdict == .failed)
        let missing = try check([value("a", 1)], [])
        #expect(missing.verdict == .failed)
        #expect(missing.details == ["public.a is missing"])
    }
}

@Suite struct ValidityCheckTests {
    private func check(_ indexes: [ServerText], _ constraints: [ServerText]) -> VerificationCheck {
        var manifest = Manifest.example
        manifest.invalidIndexes = ["\"public\".\"broken\""]
        manifest.unvalidatedConstraints = ["\"public\".\"t\" \"lax\""]
        return ValidityCheck.compare(manifest: manifest, invalidIndexes: indexes, unvalidatedConstraints: constraints)
    }

    @Test func `passes what was invalid at the source, and what has become valid`() {
        #expect(check(["\"public\".\"broken\""], ["\"public\".\"t\" \"lax\""]).verdict == .passed)
        #expect(check([], []).verdict == .passed)
    }

    @Test func `fails for what was valid at the source`() {
        let index = check(["\"public\".\"broken\"", "\"public\".\"good\""], [])
        #expect(index.verdict == .failed)
        #expect(index.details == ["index \"public\".\"good\" is invalid"])
        #expect(
            check([], ["\"public\".\"t\" \"strict\""]).details
                == ["constraint \"public\".\"t\" \"strict\" is not validated"])
    }
}
