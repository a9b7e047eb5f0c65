import JobModel
import Testing

@testable import Archive

@Suite struct CopyStatementTests {
    @Test(arguments: [
        ("COPY public.t (id, x) FROM stdin;\n", "public.t", ["id", "x"]),
        ("COPY public.zero  FROM stdin;\n", "public.zero", []),
        ("COPY t (a) FROM stdin;\n", "t", ["a"]),
        (
            "COPY public.\"Odd \"\"na,me(\" (\"a,b\", \"c\"\"d\", \"e)f\", plain) FROM stdin;\n",
            "public.\"Odd \"\"na,me(\"", ["\"a,b\"", "\"c\"\"d\"", "\"e)f\"", "plain"]
        ),
        (
            "COPY \"We ird\".\"Tab\"\"le \\ x\" (\"\"\"\", \") FROM stdin;\n\", s\u{E9}lect) FROM stdin;\n",
            "\"We ird\".\"Tab\"\"le \\ x\"", ["\"\"\"\"", "\") FROM stdin;\n\"", "s\u{E9}lect"]
        ),
        ("COPY \"a.b\".\"c.d\" (\"e.f\") FROM stdin;\n", "\"a.b\".\"c.d\"", ["\"e.f\""]),
    ])
    func `reads target and columns with their quotes`(text: String, target: String, columns: [String]) throws {
        let statement = try CopyStatement(parsing: ServerText(text))
        #expect(statement.target.text == target)
        #expect(statement.columns.map(\.text) == columns)
    }

    @Test(arguments: [
        "", "COPY", "COPY t FROM stdin;\n", "COPY t () FROM stdin;\n", "COPY t (a FROM stdin;\n",
        "COPY t (a,b) FROM stdin;\n", "COPY t (a) FROM stdin;", "COPY t (a) FROM stdin;\nDROP TABLE t;\n",
        "COPY t (a) WITH OIDS FROM stdin;\n", "COPY t (\"a) FROM stdin;\n", "COPY . (a) FROM stdin;\n",
        "COPY t; DROP TABLE u (a) FROM stdin;\n",
    ])
    func `refuses all else`(text: String) {
        #expect(throws: ArchiveError.self) { try CopyStatement(parsing: ServerText(text)) }
    }

    @Test func `keeps bytes that are no UTF-8`() throws {
        let statement = try CopyStatement(
            parsing: ServerText(bytes: Array("COPY t (".utf8) + [0xfc] + Array(") FROM stdin;\n".utf8)))
        #expect(statement.columns.map(\.bytes) == [[0xfc]])
    }

    @Test func `names the root through which a leaf is loaded`() {
        var entry = TOCEntry()
        entry.defn = "-- load via partition root public.\"h p\""
        #expect(entry.partitionRoot == "public.\"h p\"")
        #expect(entry.loadsViaPartitionRoot)
        entry.defn = ""
        #expect(!entry.loadsViaPartitionRoot)
    }

    @Test func `says that an entry without a COPY statement is not supported`() {
        var entry = TOCEntry()
        entry.tag = "t"
        #expect(
            throws: ArchiveError.unsupported(object: "toc.dat", reason: "the entry \"t\" has no COPY statement")
        ) { try entry.copyColumns }
    }
}
