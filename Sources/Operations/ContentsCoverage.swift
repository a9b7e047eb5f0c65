import Archive
import JobModel

/// Whether table of contents and manifest speak of the same rows. Restores load what the manifest lists and leave the
/// rest of the table of contents to pg_restore, so a table that only one of the two names would come back empty.
/// Pure.
enum ContentsCoverage {
    /// What one names and the other does not, or names otherwise; empty where all is well.
    static func faults(of contents: TableOfContents, _ manifest: Manifest) throws(ArchiveError) -> [String] {
        var faults: [String] = []
        var tables: [Int: Manifest.Table] = [:]
        for table in manifest.tables where tables.updateValue(table, forKey: table.dumpID) != nil {
            faults.append("the manifest lists entry \(table.dumpID) twice")
        }
        for entry in contents.tableData {
            guard let table = tables.removeValue(forKey: entry.dumpID) else {
                faults.append("the manifest lacks the rows of \(entry.displayName)")
                continue
            }
            let columns = try entry.copyColumns
            if table.schema != entry.namespace ?? "" || table.name != entry.tag || table.columns != columns {
                faults.append("the manifest describes \(entry.displayName) otherwise than the table of contents")
            }
        }
        faults += tables.values.map { "the table of contents lacks the rows of \($0.displayName)" }.sorted()
        return faults + (try LargeObjectLayout(of: contents, manifest).faults)
    }
}
