import JobModel
import Postgres

extension MaintainRun {
    /// By what the server said beside its OK, and by what came of it.
    func judged(_ step: MaintainStep, _ notices: VacuumNotices) async throws -> MaintainStepResult {
        let isOfSeveral = step.action == .analyze
        if let (outcome, message) = notices.refusal(isSilenceFailure: step.tellsOfItsWork, isOfSeveral: isOfSeveral) {
            return try await explained(
                MaintainStepResult(
                    step, outcome, message, category: outcome == .locked ? .tryLater : .permission))
        }
        try await limitTime(Self.questionTimeoutInMilliseconds)
        for warning in notices.warnings { warnings.add("\(step.title): \(warning.message)") }
        let shortfall = try await step.goals.shortfall(on: session)
        var result = MaintainStepResult(step, shortfall == nil ? .done : .failed)
        result.removedRows = notices.removedRows
        result.deadRowsLeft = notices.deadRowsLeft
        if let shortfall {
            (result.message, result.category) = (try await blaming(shortfall, of: step), .failed)
        } else if let left = notices.deadRowsLeft, left > max(notices.removedRows ?? 0, 1_000) {
            let text = "\(Quantities.count(left)) dead rows could not be removed"
            warnings.add("\(step.title): \(try await blaming(text, of: step))")
        }
        return result
    }

    /// What lets our role work on the step's table; nil where it may, or would have to become a superuser.
    private func grant(for step: MaintainStep) async throws -> String? {
        guard let object = step.object else { return nil }
        let hasMaintain = serverVersion >= 170_000
        let permitted: ServerText =
            hasMaintain
            ? "pg_catalog.has_table_privilege(c.oid, 'MAINTAIN')" : "pg_catalog.pg_has_role(c.relowner, 'USAGE')"
        let found = try await session.query(
            """
            SELECT r.rolname AS owner, r.rolsuper AS is_superuser, \(permitted) AS permitted,
                   pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS usable
              FROM pg_catalog.pg_class c JOIN pg_catalog.pg_roles r ON r.oid = c.relowner
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'm', 't')
            """, [object.schema, object.name])
        guard let row = found.rows.first else { return nil }
        var given: [ServerText] = []
        if try !row.bool("permitted") {
            let (owner, isSuperuser) = (try row.text("owner"), try row.bool("is_superuser"))
            guard hasMaintain || !isSuperuser else { return nil }
            given.append(hasMaintain ? "pg_maintain" : owner.quotedWhereNeeded)
        }
        if try !row.bool("usable"), hasMaintain, let schema = object.schema {
            given.append("USAGE ON SCHEMA " + schema.quotedWhereNeeded)
        }
        let role = ServerText(session.server.user).quotedWhereNeeded
        let statements: [String] = given.map { "GRANT \($0) TO \(role);" }
        return statements.isEmpty ? nil : statements.joined(separator: " ")
    }

    /// A failure for want of a privilege, with what gives it.
    func explained(_ result: MaintainStepResult) async throws -> MaintainStepResult {
        guard result.category == .permission, let grant = try await grant(for: result.step) else { return result }
        var result = result
        result.message = (result.message.map { "\($0): " } ?? "") + grant
        return result
    }

    /// With whoever keeps rows of the step's table the longest, and what ends that.
    private func blaming(_ text: String, of step: MaintainStep) async throws -> String {
        let queries = MaintainQueries(serverVersion: serverVersion, seesStatistics: false, seesScores: false)
        let isSystem = step.object?.schema == "pg_catalog"
        let holder = try await MaintainFacts.holders(on: session, queries).first { isSystem || !$0.isCatalogOnly }
        return text + (holder.map { " because of \($0.text): \($0.remedy)" } ?? "")
    }

    /// The same, with how far the step had come.
    func failure(_ step: MaintainStep, _ error: PostgresError, _ sight: StepExecution.Sight) -> MaintainStepResult {
        var result = failure(step, error)
        guard let look = sight.look else { return result }
        result.message = (result.message.map { "\($0); " } ?? "") + "it was at: \(look.text)"
        return result
    }

    /// What an error of the server means for the step.
    func failure(_ step: MaintainStep, _ error: PostgresError) -> MaintainStepResult {
        if case .statement(let failure) = error {
            switch failure.sqlState {
            case .lockNotAvailable: return MaintainStepResult(step, .locked, failure.message, category: .tryLater)
            case .queryCanceled where window.isOver:
                return MaintainStepResult(step, .cutOff, "the window ended, and the server cancelled it")
            case .undefinedTable, SQLState("42704"): return MaintainStepResult(step, .skipped, failure.message)
            default: break
            }
        }
        return MaintainStepResult(step, .failed, error.message, category: error.category)
    }
}

extension MaintainStep {
    /// Whether it says in its VERBOSE words that it does something.
    fileprivate var tellsOfItsWork: Bool { isVacuum || action == .analyze }
}
