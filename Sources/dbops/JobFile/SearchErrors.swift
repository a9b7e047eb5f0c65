import JobModel

/// A backup is in none of the stores that could be asked, and others could not.
struct NotFoundEverywhereError: UserFacingError {
    let id: String
    let asked: [String]
    let failures: [any UserFacingError]

    var message: String {
        let there =
            asked.isEmpty
            ? "the backup \(id) was not found" : "the backup \(id) is not in \(asked.joined(separator: ", "))"
        return "\(there); and \(failures.map(\.message).joined(separator: "; "))"
    }
    var hint: String? { failures.compactMap(\.hint).first }
    var category: FailureCategory { failures.first?.category ?? .unavailable }
}

/// A job's first store has no answer, and the job has others, which hold copies.
struct OtherStoresError: UserFacingError {
    let cause: any UserFacingError
    let stores: [String]

    var message: String { cause.message }
    var hint: String? {
        let elsewhere = "The job keeps copies elsewhere too: --store \(stores.joined(separator: ", or --store "))."
        return [cause.hint, elsewhere].compactMap { $0 }.joined(separator: " ")
    }
    var category: FailureCategory { cause.category }
}

/// A word that is no id, and no file or folder of this name.
struct UnknownBackupError: UserFacingError {
    let text: String
    /// Those of the job file.
    let jobs: [String]

    var message: String { "there is no backup, file or folder called \"\(text)\" here" }
    var hint: String? {
        let job = text.prefix { $0 != "@" }
        if let name = NearestName.nearest(to: String(job), among: jobs) {
            return
                "The newest backup of the job \(name) is called \(name)@latest; for others name their id: dbops list \(name)."
        }
        return "A backup is named by its URL or path, by its id (dbops list), or as JOB@latest."
    }
    var category: FailureCategory { .unavailable }
}

/// `--into` leaves open which database is meant.
struct UnnamedTargetError: UserFacingError {
    /// That of the backup.
    let database: String

    var message: String { "--into names no database" }
    var hint: String? {
        "Add it to the URL, as in postgresql://HOST/\(database); with --create it may be left out, and \(database) is made."
    }
    var category: FailureCategory { .usage }
}
