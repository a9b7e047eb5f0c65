import JobModel
import Postgres
import TestSupport
import Testing

@testable import Operations

extension ServerTests {
    /// `dbops check --connect` of jobs of kind advise.
    @Suite struct AdviseCheckTests {
        @Test func `says what a role lacks, and the statements that it prints are enough`() async throws {
            let role = "adviser_\(UInt32.random(in: 0 ... .max))"
            let script: ServerText = """
                CREATE ROLE \(ServerText(role)) LOGIN; CREATE TABLE t (a int);
                CREATE SCHEMA "Stats"; CREATE EXTENSION pg_stat_statements SCHEMA "Stats";
                REVOKE USAGE ON SCHEMA "Stats" FROM PUBLIC;
                """
            try await Workbench.with(script) { bench in
                func findings() async throws -> [CheckFinding] {
                    let session = try await Session.open(bench.database.with(user: role), applicationName: "test")
                    let privileges = try await AdvicePrivileges.gather(session)
                    await session.close()
                    return AdviseCheck.findings(privileges, "database shop", "checkup", role: role)
                }
                let before = try await findings()
                #expect(before.map(\.isFault) == [true, true, false])
                #expect(before.first?.statements == [#"GRANT pg_monitor TO "\#(role)";"#])
                for statement in before.flatMap(\.statements) { try await bench.psql(ServerText(statement)) }
                let after = try await findings()
                #expect(after.map(\.level) == [.good])
                try await bench.psql(
                    "DROP EXTENSION pg_stat_statements; DROP OWNED BY \(ServerText(role)); DROP ROLE \(ServerText(role))"
                )
            }
        }

        @Test func `a superuser lacks nothing`() async throws {
            try await Workbench.with("CREATE TABLE t (a int)") { bench in
                let session = try await bench.openSession()
                #expect(
                    try await AdvicePrivileges.gather(session)
                        == AdvicePrivileges(seesSessions: true, unreadableStatements: nil, unreadableTables: 0))
                await session.close()
            }
        }
    }
}
