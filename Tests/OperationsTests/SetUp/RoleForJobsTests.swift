import Foundation
import Testing

@testable import Operations

@Suite struct RoleForJobsTests {
    private func role(_ user: String? = "app", _ change: (inout SetUpFacts) -> Void = { _ in }) -> RoleForJobs {
        var facts = SetUpFacts()
        change(&facts)
        return RoleForJobs(facts: facts, user: user, database: "shop")
    }

    private func statements(_ change: (inout SetUpFacts) -> Void = { _ in }) -> [String] {
        role("app", change).statements.map(\.sql)
    }

    @Test func `a role that nobody has seen is made`() {
        #expect(
            statements() == [
                #"CREATE ROLE "app" LOGIN;"#, #"GRANT CONNECT ON DATABASE "shop" TO "app";"#,
                #"GRANT pg_read_all_data TO "app";"#, #"GRANT pg_monitor TO "app";"#,
            ])
    }

    @Test func `a role that has connected is there`() {
        #expect(!statements { $0.role = "app" }.contains { $0.hasPrefix("CREATE") })
    }

    @Test func `a superuser is told to use another role`() {
        let role = role { facts in
            facts.role = "postgres"
            facts.isSuperuser = true
        }
        #expect(role.role == RoleForJobs.usualName)
        #expect(role.statements.first?.sql == #"CREATE ROLE "dbops_backup" LOGIN;"#)
    }

    @Test(arguments: [(14, false), (16, false), (17, true), (18, true)])
    func `maintaining is granted where there is a role for it`(major: Int, isGranted: Bool) {
        #expect(statements { $0.major = major }.contains(#"GRANT pg_maintain TO "app";"#) == isGranted)
    }

    @Test func `more is granted only where the database has what it is for`() {
        #expect(statements { $0.hasRowSecurity = true }.contains(#"ALTER ROLE "app" BYPASSRLS;"#))
        #expect(statements { $0.hasLargeObjects = true }.contains { $0.contains("ON LARGE OBJECT %s TO \"app\"") })
    }

    @Test(arguments: [(16, true, true), (17, true, false), (16, false, false)])
    func `what a role in place of a superuser could not do is said`(major: Int, isSuperuser: Bool, isSaid: Bool) {
        let role = role { ($0.major, $0.isSuperuser) = (major, isSuperuser) }
        #expect((role.caveat != nil) == isSaid)
    }

    @Test func `names are quoted`() {
        let role = RoleForJobs(facts: SetUpFacts(), user: "a\"b", database: "it's")
        #expect(role.statements[1].sql == #"GRANT CONNECT ON DATABASE "it's" TO "a""b";"#)
    }

    private static let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("docs/least-privilege.md").path

    @Test(.enabled(if: FileManager.default.fileExists(atPath: page), "docs/least-privilege.md is not there"))
    func `what is granted is what the page on least privileges grants to the role of some kind of job`() throws {
        let page = try String(contentsOfFile: Self.page, encoding: .utf8)
        let facts = { (facts: inout SetUpFacts) in
            (facts.major, facts.hasRowSecurity, facts.hasLargeObjects) = (18, true, true)
        }
        for statement in role(RoleForJobs.usualName, facts).statements.map(\.sql) where !statement.hasPrefix("DO") {
            let plain = statement.replacing("\"", with: "")
            let isThere = ["backup", "maintain", "advise"].contains { kind in
                page.contains(plain.replacing(RoleForJobs.usualName, with: "dbops_\(kind)"))
            }
            #expect(isThere, "\(plain)")
        }
        #expect(page.contains("'GRANT SELECT ON LARGE OBJECT %s TO dbops_backup'"))
    }
}
