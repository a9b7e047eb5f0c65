import JobModel
import Operations

/// What a restore would do.
enum RestorePlanRendering {
    static func print(_ plan: RestorePlan, json: Bool) throws {
        if json { return try JSONLine.print(plan) }
        Swift.print("Would restore \(what(plan)) of \(plan.url)")
        Swift.print("(\(plan.database)) \(place(plan))")
        printTables(plan)
        list("Made:", plan.objects.map { "\(Quantities.count($0.count)) \($0.kind)" })
        list("Made as well, because it is needed:", plan.alongside)
        list("Needed, and there already:", plan.alreadyThere)
        list("Left out:", plan.leftOut.map { "\($0.object): \($0.reason): \($0.statement)" })
        list("Foreign keys of other tables that are not made:", plan.lostForeignKeys)
        if !plan.steps.isEmpty {
            Swift.print("Steps:")
            for (index, step) in plan.steps.enumerated() { Swift.print("  \(index + 1). \(step)") }
        }
        list("Missing on the server:", missing(plan.missing))
        list("Mind:", plan.notes)
        for obstacle in plan.obstacles {
            Swift.print("WOULD BE REFUSED: \(obstacle.message)")
            if let hint = obstacle.hint { Swift.print("  \(hint)") }
        }
    }

    private static func what(_ plan: RestorePlan) -> String { plan.form == "part" ? "a part" : "the backup" }

    private static func place(_ plan: RestorePlan) -> String {
        switch plan.form {
        case "new": "into the database \(plan.targetDatabase), which is made for it"
        case "replace": "beside the database \(plan.targetDatabase), and then into its place"
        default: "into \(plan.target)"
        }
    }

    private static func printTables(_ plan: RestorePlan) {
        let most = 30
        list(
            "Rows:",
            plan.tables.prefix(most).map {
                "\($0.name): \(Quantities.count($0.rows)) rows, \(Quantities.bytes($0.bytesRaw))"
            })
        if plan.tables.count > most { Swift.print("  and \(plan.tables.count - most) tables more") }
        guard !plan.tables.isEmpty else { return }
        Swift.print(
            "  \(Quantities.count(plan.tables.count)) tables, \(Quantities.count(plan.rows)) rows, "
                + "\(Quantities.bytes(plan.bytesRaw)) in all"
                + (plan.largeObjects > 0 ? ", with \(Quantities.count(plan.largeObjects)) large objects" : ""))
    }

    private static func list(_ title: String, _ items: [String]) {
        guard !items.isEmpty else { return }
        Swift.print(title)
        for item in items { Swift.print("  \(item)") }
    }

    private static func missing(_ missing: RestorePlan.Missing) -> [String] {
        missing.roles.map { "role \($0)" } + missing.extensions.map { "extension \($0)" }
            + missing.collations.map { "collation \($0)" } + missing.tablespaces.map { "tablespace \($0)" }
    }
}
