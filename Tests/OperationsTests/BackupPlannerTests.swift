import JobModel
import Testing

@testable import Archive
@testable import Operations

@Suite struct BackupPlannerTests {
    private func plan(
        _ entries: [TOCEntry], _ facts: BackupPlanner.Facts = BackupPlanner.Facts()
    ) throws -> BackupPlan {
        try BackupPlanner.plan(TableOfContents.of(entries), facts: facts)
    }

    private func facts(_ tables: [UInt32: BackupPlanner.TableFacts]) -> BackupPlanner.Facts {
        var facts = BackupPlanner.Facts()
        facts.tables = tables
        facts.role = "keeper"
        return facts
    }

    @Test func `copies the largest table first, and of equals the one that pg_dump names first`() throws {
        let plan = try plan(
            [
                .rows(11, "small", oid: 1), .rows(12, "equal", oid: 2), .rows(13, "large", oid: 3),
                .rows(14, "same", oid: 4),
            ],
            facts([
                1: .init(sizeInBytes: 10), 2: .init(sizeInBytes: 500), 3: .init(sizeInBytes: 9_000),
                4: .init(sizeInBytes: 500),
            ]))
        #expect(plan.tables.map(\.name) == ["large", "equal", "same", "small"])
        #expect(plan.expectedBytes == 10_010)
    }

    @Test func `reads a table by its own name and the dump's columns, into the file that the dump names`() throws {
        let entry = TOCEntry.rows(7, "Odd \"name", oid: 9, columns: ["id", "\"a b\""], schema: "S")
        let quoted = TOCEntry.rows(7, "x", oid: 9, columns: ["id", "\"a b\""])
        var renamed = entry
        renamed.copyStmt = quoted.copyStmt
        let table = try #require(try plan([renamed]).tables.first)
        #expect(table.copyStatement == "COPY \"S\".\"Odd \"\"name\" (id, \"a b\") TO STDOUT")
        #expect(table.fileName == "7.dat.gz")
        #expect(table.oid == 9)
        #expect(table.root == nil)
    }

    @Test func `reads a table without columns without a list of them`() throws {
        let table = try #require(try plan([.rows(7, "nothing", oid: 9, columns: [])]).tables.first)
        #expect(table.copyStatement == "COPY \"public\".\"nothing\" TO STDOUT")
    }

    @Test func `reads only those rows of a configuration table that its extension names`() throws {
        var facts = BackupPlanner.Facts()
        facts.extensionConditions = [1: "WHERE NOT built_in", 2: ""]
        let plan = try plan([.rows(11, "setting", oid: 1), .rows(12, "everything", oid: 2)], facts)
        #expect(
            plan.tables.first { $0.oid == 1 }?.copyStatement
                == "COPY (SELECT id FROM \"public\".\"setting\" WHERE NOT built_in) TO STDOUT")
        #expect(plan.tables.first { $0.oid == 2 }?.condition == nil)
    }

    @Test func `hashes a leaf of another column order in the order of its root, and others as they are`() throws {
        var facts = BackupPlanner.Facts()
        facts.rootColumns = ["public.root": ["a", "b", "\"C\""]]
        let plan = try plan(
            [
                .rows(11, "turned", oid: 1, columns: ["\"C\"", "a", "b"], root: "public.root"),
                .rows(12, "same", oid: 2, columns: ["a", "b", "\"C\""], root: "public.root"),
                .rows(13, "plain", oid: 3, columns: ["b", "a"]),
            ], facts)
        let roots = Dictionary(uniqueKeysWithValues: plan.tables.map { ($0.name, $0.root) })
        #expect(roots["turned"] == Manifest.PartitionRoot(target: "public.root", fieldOrder: [1, 2, 0]))
        #expect(roots["same"] == Manifest.PartitionRoot(target: "public.root", fieldOrder: nil))
        #expect(roots["plain"] == .some(nil))
        #expect(
            plan.tables.first { $0.oid == 1 }?.copyStatement
                == "COPY \"public\".\"turned\" (\"C\", a, b) TO STDOUT", "the rows come from the leaf")
    }

    @Test func `refuses tables whose rows the role would not see, by name and with the command that helps`() throws {
        let entries: [TOCEntry] = [.rows(11, "open", oid: 1), .rows(12, "guarded", oid: 2), .rows(13, "other", oid: 3)]
        let hidden = BackupPlanner.TableFacts(rowSecurityActive: true)
        let error = try #require(throws: OperationError.self) {
            try plan(entries, facts([1: .init(), 2: hidden, 3: hidden]))
        }
        #expect(error == .rowSecurity(tables: ["public.guarded", "public.other"], role: "keeper"))
        #expect(error.category == .permission)
        #expect(error.hint?.contains("ALTER ROLE keeper BYPASSRLS") == true)
    }

    @Test func `names tables that cannot be read at all before those with hidden rows`() throws {
        let entries: [TOCEntry] = [.rows(11, "guarded", oid: 1), .rows(12, "closed", oid: 2)]
        #expect(throws: OperationError.missingPrivilege(tables: ["public.closed"], role: "keeper")) {
            try plan(entries, facts([1: .init(rowSecurityActive: true), 2: .init(readable: false)]))
        }
    }

    @Test func `does not mind privileges on tables whose rows the dump leaves out`() throws {
        let closed = BackupPlanner.TableFacts(rowSecurityActive: true, readable: false)
        let plan = try plan([.table(5, "closed", oid: 2), .rows(11, "open", oid: 1)], facts([1: .init(), 2: closed]))
        #expect(plan.tables.map(\.name) == ["open"])
    }

    @Test func `tells which tables come without their rows, and why`() throws {
        var facts = facts([
            1: .init(), 2: .init(), 3: .init(persistence: "u"), 4: .init(relkind: "p"), 5: .init(relkind: "f"),
        ])
        facts.unloggedOnStandby = ["\"public\".\"fleeting\""]
        let plan = try plan(
            [
                .table(51, "whole", oid: 1), .rows(11, "whole", oid: 1), .table(52, "left out", oid: 2),
                .table(53, "fleeting", oid: 3), .table(54, "partitioned", oid: 4),
                .entry(55, "FOREIGN TABLE", "remote", oid: 5), .entry(56, "VIEW", "seen", oid: 6),
            ], facts)
        #expect(
            plan.tablesWithoutData == [
                Manifest.TableWithoutData(schema: "public", name: "left out", reason: .excluded),
                Manifest.TableWithoutData(schema: "public", name: "fleeting", reason: .unloggedOnStandby),
                Manifest.TableWithoutData(schema: "public", name: "remote", reason: .foreign),
            ])
    }

    @Test(arguments: [
        (0, []), (1, [1]), (200, [200]), (201, [200, 1]), (450, [200, 200, 50]), (1_001, [1_001]),
        (4_001, [2_000, 2_000, 1]),
    ])
    func `shares large objects out in batches, each object once`(count: Int, sizes: [Int]) throws {
        let oids = UInt32(1_000)..<UInt32(1_000 + count)
        let plan = try plan(count == 0 ? [] : .largeObjects(oids, contents: 70))
        #expect(plan.largeObjects.map(\.objects.count) == sizes)
        #expect(plan.largeObjects.flatMap(\.objects).map(\.oid) == Array(oids))
        #expect(plan.largeObjects.flatMap(\.objects).allSatisfy { $0.dumpID == 70 })
        #expect(plan.largeObjects.map(\.number) == Array(sizes.indices))
    }

    @Test(arguments: [(1, false), (1_000, false), (1_001, true)])
    func `packs large objects where there are many`(count: UInt32, isPacked: Bool) throws {
        let plan = try plan(.largeObjects(1_000..<(1_000 + count), contents: 5_000))
        #expect(plan.largeObjects.allSatisfy { $0.isPacked == isPacked })
    }

    @Test func `refuses a dump whose rows are no COPY`() throws {
        var entry = TOCEntry.rows(11, "t", oid: 1)
        entry.copyStmt = ""
        #expect(throws: ArchiveError.self) { try plan([entry]) }
    }
}
