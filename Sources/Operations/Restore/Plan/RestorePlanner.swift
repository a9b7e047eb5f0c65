import Archive
import JobModel
import Postgres

/// Finds out what a restore would do, by the very questions that it asks itself, and changes nothing.
struct RestorePlanner: Sendable {
    let ground: RestoreGround

    func plan() async throws -> RestorePlan {
        var plan = RestorePlan(
            backup: ground.source.manifest.backup.description, url: ground.source.url,
            database: ground.source.manifest.database.text, form: form, target: ground.request.displayText,
            targetDatabase: targetDatabase)
        do {
            switch ground.request.destination {
            case .existing: try await planExisting(&plan)
            case .new: try await planNew(&plan)
            case .replacing(let name, let disconnects):
                try await planReplacement(
                    IntoReplacement(ground: ground, name: name, disconnects: disconnects) { _ in }, &plan)
            }
        } catch let error as any UserFacingError {
            Self.add(error, to: &plan)
        }
        return plan
    }

    private var form: String {
        switch ground.request.destination {
        case .existing: ground.chosen == nil ? "empty" : "part"
        case .new: "new"
        case .replacing: "replace"
        }
    }

    private var targetDatabase: String {
        if case .replacing(let name, _) = ground.request.destination { return name }
        return ground.request.target.database ?? ground.source.manifest.database.text
    }

    private static func add(_ error: any UserFacingError, to plan: inout RestorePlan) {
        plan.obstacles.append(.init(message: error.message, hint: error.hint, category: error.category))
    }

    /// Goes on behind a refusal, so that all of them are told at once.
    private func collecting(_ plan: inout RestorePlan, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as any UserFacingError {
            Self.add(error, to: &plan)
        }
    }

    // MARK: - Forms

    private func planExisting(_ plan: inout RestorePlan) async throws {
        if ground.chosen == nil { plan.describe(try ground.part(into: TargetObjects()), jobs: ground.request.jobs) }
        let session = try await ground.openExisting()
        try await session.closing { session in
            try await TargetFitness.refuseUnfit(session)
            if ground.chosen == nil {
                try await collecting(&plan) { try await IntoEmpty(ground: ground).refuseInhabited(session) }
            }
            let part = try await ground.part(
                into: ground.chosen == nil ? TargetObjects() : try await TargetObjects.gather(session),
                named: session.server.database, on: session)
            if ground.chosen != nil || part.leftOut != nil {
                plan.steps = []
                plan.describe(part, jobs: ground.request.jobs)
            }
            try await judge(part, .init(of: part, makesDatabase: false), on: session, &plan)
        }
    }

    private func planNew(_ plan: inout RestorePlan) async throws {
        _ = try ground.part(into: .ofNewDatabase)
        let name = IntoNew(ground: ground).name
        let session = try await ground.openMaintenance(beside: name)
        try await session.closing { session in
            let part = try await ground.part(into: .ofNewDatabase, named: name, on: session)
            try await collecting(&plan) { try await TargetDatabase.refuseExisting(name, on: session) }
            plan.steps.append(createStatement(name, session))
            plan.describe(part, jobs: ground.request.jobs)
            if part.selection == nil { try describeProperties(of: name, &plan) }
            try await judge(part, .init(of: part, makesDatabase: true), on: session, &plan)
        }
    }

    private func planReplacement(_ way: IntoReplacement, _ plan: inout RestorePlan) async throws {
        try way.refuseOtherDatabase()
        _ = try ground.part(into: .ofNewDatabase)
        let names = way.names
        let session = try await ground.openMaintenance(beside: way.name)
        try await session.closing { session in
            let part = try await ground.part(into: .ofNewDatabase, named: names.temporary, on: session)
            try await collecting(&plan) { try await way.refuse(on: session) }
            plan.notes = way.doubts
            plan.steps.append(createStatement(names.temporary, session))
            plan.describe(part, jobs: ground.request.jobs)
            plan.steps.append("compare every row, large object, definition, sequence and index with the backup's")
            try describeProperties(of: names.temporary, &plan)
            plan.steps += ["BEGIN;"] + names.swap + ["COMMIT;"]
            try await judge(
                part, .init(of: part, makesDatabase: true, renaming: way.name), on: session, &plan)
        }
    }

    private func createStatement(_ name: String, _ session: Session) -> String {
        DatabaseLocale(of: ground.source.manifest)
            .createStatement(name, serverVersionNumber: session.server.versionNumber).text + ";"
    }

    private func describeProperties(of name: String, _ plan: inout RestorePlan) throws {
        plan.steps += try ground.properties(of: name).map { $0.text + ";" }
    }

    // MARK: - What is missing

    private func judge(
        _ part: RestorePart, _ need: TargetFitness.Need, on session: Session, _ plan: inout RestorePlan
    ) async throws {
        try await collecting(&plan) {
            _ = try await ground.context.tools.pgRestore(
                for: ground.source.manifest, serverMajor: session.server.majorVersion)
        }
        var missing = try await ground.prerequisites(part, on: session)
        if let leftOut = part.leftOut {
            plan.notes += leftOut.sentences(ground.source.manifest) + leftOut.remedies(ground.source.manifest)
        }
        plan.missing = .init(
            roles: missing.missingRoles, extensions: missing.missingExtensions, collations: missing.missingCollations,
            tablespaces: missing.missingTablespaces)
        if ground.request.makesRoles {
            try await collecting(&plan) {
                guard try await GlobalsRestore.of(ground.source) != nil else {
                    throw OperationError.noGlobals(place: ground.source.url)
                }
            }
            if !missing.missingRoles.isEmpty {
                plan.steps.insert("make the roles \(missing.missingRoles.joined(separator: ", "))", at: 0)
            }
            missing.missingRoles = []
        }
        if let refusal = missing.refusal(major: session.server.majorVersion) { Self.add(refusal, to: &plan) }
        if let refusal = try await TargetFitness.gather(session).refusal(of: need) { Self.add(refusal, to: &plan) }
    }
}

extension RestorePlan {
    /// What is made of a part, and in which steps.
    mutating func describe(_ part: RestorePart, jobs: Int) {
        let manifest = part.manifest
        tables = manifest.tables.sorted { $0.bytesRaw > $1.bytesRaw }.map {
            .init(name: RelationPattern.text(schema: $0.schema, name: $0.name), rows: $0.rows, bytesRaw: $0.bytesRaw)
        }
        rows = manifest.totals.rows
        bytesRaw = manifest.totals.bytesRaw
        largeObjects = manifest.largeObjects.count
        let made = part.entries.filter { !$0.isOfDatabase && !$0.isData }
        objects = Dictionary(grouping: made) { $0.desc.text }.map { .init(kind: $0.key, count: $0.value.count) }
            .sorted { ($1.count, $0.kind) < ($0.count, $1.kind) }
        if let selection = part.selection {
            alongside = selection.alongside.map(\.kindAndName)
            alreadyThere = selection.alreadyThere.map(\.kindAndName)
            leftOut = selection.leftOut.map(RestoreReport.LeftOut.init)
            lostForeignKeys = selection.lostForeignKeys.map(\.statementOnOneLine)
        }
        addSteps(part, made, jobs: jobs)
    }

    private mutating func addSteps(_ part: RestorePart, _ made: [TOCEntry], jobs: Int) {
        func count(_ section: TOCEntry.Section) -> String { Quantities.count(made.count { $0.section == section }) }
        steps.append("make \(count(.preData)) definitions" + (part.selection == nil ? "" : " in one transaction"))
        steps.append(
            "load \(Quantities.count(tables.count)) tables with \(Quantities.count(rows)) rows "
                + "(\(Quantities.bytes(bytesRaw))) over \(jobs) sessions, the largest first")
        if largeObjects > 0 { steps.append("load \(Quantities.count(largeObjects)) large objects") }
        steps.append("build \(count(.postData)) indexes, constraints and triggers, \(jobs) at a time")
        steps += part.later.map(\.statementOnOneLine)
    }
}
