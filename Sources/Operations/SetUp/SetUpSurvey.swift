import JobModel
package import ObjectStorage
package import Postgres

/// Tries the database and the store of a job file that is not written yet, and finds out what the file depends on.
package struct SetUpSurvey: Sendable {
    private let context: OperationContext

    package init(context: OperationContext) {
        self.context = context
    }

    package struct Outcome: Sendable {
        package var findings: [CheckFinding]
        package var facts: SetUpFacts

        package init(findings: [CheckFinding] = [], facts: SetUpFacts = SetUpFacts()) {
            self.findings = findings
            self.facts = facts
        }
    }

    /// Never throws but on cancellation: what fails is a finding.
    package func look(at connection: ConnectionInfo, named name: String) async throws -> Outcome {
        let subject = "database \(name)"
        let checked = try await DatabaseCheck(
            context: context, subject: subject, connection: connection, jobs: []
        ).run()
        var outcome = Outcome(findings: checked.findings)
        guard let server = checked.facts else { return outcome }
        outcome.facts.major = server.version.major
        outcome.facts.role = server.currentUser.text
        outcome.facts.isSuperuser = server.isSuperuser
        outcome.facts.isStandby = server.isInRecovery
        do {
            try await add(to: &outcome, subject, connection, server)
        } catch let error as CancellationError {
            throw error
        } catch {
            outcome.findings.append(.fault(subject, error))
        }
        let proofs = try await ScratchCheck(
            context: context, subject: "proofs of \(name)", source: server, server: nil
        ).run()
        outcome.facts.canProve = !proofs.contains(where: \.isFault)
        outcome.findings += proofs.map(\.asWarning)
        return outcome
    }

    package func look(at store: any ObjectStore, named name: String) async throws -> [CheckFinding] {
        try await StoreCheck(store: store, subject: "store \(name)", runID: context.runID).run()
    }

    private func add(
        to outcome: inout Outcome, _ subject: String, _ connection: ConnectionInfo, _ server: ServerFacts
    ) async throws {
        let session = try await Session.openForLooking(connection, applicationName: context.applicationName)
        do {
            let row = try await session.query(Self.query).onlyRow()
            let (size, tables) = (try row.int("size"), try row.int("tables"))
            outcome.facts.sizeInBytes = size
            outcome.facts.hasRowSecurity = try row.bool("row_security")
            outcome.facts.hasLargeObjects = try row.bool("large_objects")
            outcome.facts.mayMaintain = try row.bool("may_maintain")
            outcome.findings.insert(
                .good(
                    subject,
                    "\(Quantities.bytes(size)), \(Quantities.count(tables)) table\(tables == 1 ? "" : "s"), "
                        + "\(Quantities.count(server.roles.count)) role\(server.roles.count == 1 ? "" : "s")"),
                at: min(1, outcome.findings.count))
            await session.close()
        } catch {
            await CleanupScope.run { await session.close() }
            throw error
        }
    }

    /// `pg_maintain` is there from 17 on.
    private static let query: ServerText = """
        WITH t AS (
          SELECT c.relowner, c.relrowsecurity FROM pg_catalog.pg_class c
          JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't'
            AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema')
        SELECT pg_catalog.pg_database_size(pg_catalog.current_database()) AS size,
          (SELECT count(*) FROM t) AS tables,
          EXISTS (SELECT FROM t WHERE relrowsecurity) AS row_security,
          EXISTS (SELECT FROM pg_catalog.pg_largeobject_metadata) AS large_objects,
          coalesce((SELECT pg_catalog.pg_has_role(r.oid, 'USAGE') FROM pg_catalog.pg_roles r
                    WHERE r.rolname = 'pg_maintain'), false)
          OR NOT EXISTS (SELECT FROM t WHERE NOT pg_catalog.pg_has_role(t.relowner, 'USAGE')) AS may_maintain
        """
}

extension CheckFinding {
    /// The same, where nothing fails for it.
    var asWarning: CheckFinding {
        CheckFinding(
            subject: subject, level: isFault ? .warning : level, message: message, advice: advice,
            statements: statements)
    }
}
