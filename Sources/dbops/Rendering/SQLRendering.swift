import Operations

/// What a run of a job of kind sql would send.
enum SQLRendering {
    static func print(_ preview: SQLPreview, json: Bool) throws {
        if json { return try JSONLine.print(preview) }
        for statement in preview.statements {
            Swift.print("-- \(statement.place)")
            Swift.print("\(statement.sql);")
        }
        if let check = preview.check {
            Swift.print("-- check: must give true")
            Swift.print(check)
        }
        StandardError.write(
            "Would run \(preview.statements.count) statement\(preview.statements.count == 1 ? "" : "s") in "
                + "\(preview.database), mode \(preview.mode)\(preview.readOnly ? ", read-only" : "").")
    }
}
