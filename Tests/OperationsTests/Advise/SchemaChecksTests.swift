import JobModel
import TestSupport
import Testing

@testable import Operations

/// Every check of a database's objects finds what is planted for it, and nothing in a database that is well.
@Suite struct SchemaChecksTests {
    @Test(arguments: ScratchCluster.binFolders, PlantedFault.all)
    func `finds what is planted, until the printed statements are run`(binFolder: String, fault: PlantedFault)
        async throws
    {
        guard try await ScratchCluster.shared(binFolder).psql(fault.needs) == "t" else {
            print("This PostgreSQL cannot have \(fault.testDescription): \(binFolder)")
            return
        }
        try await Advisor.with(fault.script, on: binFolder) { advisor in
            let findings = try await advisor.findings(fault.check)
            #expect(findings.map { $0.object.replacing(" \(advisor.database)", with: "") } == fault.objects)
            #expect(findings.first?.severity == fault.severity)
            #expect(findings.allSatisfy { $0.id == fault.check.id && !$0.summary.isEmpty && !$0.caveat.isEmpty })
            #expect(findings.allSatisfy { !$0.remedy.statements.isEmpty || $0.remedy.advice != nil })
            for finding in findings { try FragmentText.expectJob(finding.jobFile, database: advisor.server.targetName) }
            guard fault.isMendedByStatements else { return }
            for statement in findings.flatMap(\.remedy.statements) { try await advisor.psql(ServerText(statement)) }
            #expect(try await advisor.findings(fault.check).map(\.object) == [])
        }
    }

    @Test(arguments: ScratchCluster.binFolders)
    func `finds nothing in a database that is well`(binFolder: String) async throws {
        try await Advisor.with(SoundDatabase.script, on: binFolder) { advisor in
            for check in AdviceCheck.schema {
                let findings = try await advisor.findings(check)
                #expect(findings == [], "\(check.id)")
            }
        }
    }

    @Test func `every check has a name of its own, and every name a check`() {
        #expect(AdviceCheck.all.map(\.id.rawValue).sorted() == AdviceID.allCases.map(\.rawValue).sorted())
    }

    @Test func `every check of objects has its planted example`() {
        let planted = Set(PlantedFault.all.map(\.check.id))
        // Workers that are busy are planted on a server of their own.
        #expect(Set(AdviceCheck.schema.map(\.id)).subtracting(planted) == [.autovacuumSaturated])
    }
}
