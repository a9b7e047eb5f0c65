import JobModel

/// `databases` and `exclude_databases`: which databases of a server.
struct DatabaseSelectionKeys {
    /// A database's name is up to 63 bytes, each up to three letters of a folder's name, which may have 255.
    private static let longestJobName = 60

    /// Nil without `databases`.
    func read(_ section: inout Section) -> DatabaseSelection? {
        let included = section.stringOrStrings("databases")
        let excluded = section.stringOrStrings("exclude_databases") ?? []
        guard section.has("databases") else {
            if section.has("exclude_databases") {
                section.complain(
                    "exclude_databases", "\"exclude_databases\" goes with \"databases\", for instance \"*\"")
            }
            return nil
        }
        if included?.isEmpty == true { section.complain("databases", "\"databases\" names none; \"*\" is all of them") }
        let selection = included.map { DatabaseSelection($0, excluding: excluded) }
        for name in (included ?? []) where selection?.excludesExactly(name) == true {
            section.complain("exclude_databases", "\"\(name)\" is named by \"databases\" and excluded as well")
        }
        return selection
    }

    /// Nil for a name that a job of several databases may have.
    static func complaint(aboutJob name: String) -> String? {
        guard name.count > longestJobName else { return nil }
        return
            "the name of a job of several databases has up to \(longestJobName) letters: it is a part of folders' names"
    }
}

extension DatabaseSelection {
    /// Whether this name, which holds no wildcard, would never be selected.
    fileprivate func excludesExactly(_ name: String) -> Bool {
        !name.contains("*") && !selects(name)
    }
}
