/// Which part of a database a backup holds. The patterns are pg_dump's own and are handed to it as they are.
///
/// Source: PostgreSQL manual, pg_dump, options `--schema`, `--exclude-schema`, `--table`, `--exclude-table`,
/// `--exclude-table-data`.
package struct DumpFilters: Hashable, Sendable, Codable {
    package var includeSchemas: [String] = []
    package var excludeSchemas: [String] = []
    package var includeTables: [String] = []
    package var excludeTables: [String] = []
    package var excludeTableData: [String] = []

    package init() {}

    private enum CodingKeys: String, CodingKey {
        case includeSchemas = "include_schemas"
        case excludeSchemas = "exclude_schemas"
        case includeTables = "include_tables"
        case excludeTables = "exclude_tables"
        case excludeTableData = "exclude_table_data"
    }

    package var isEmpty: Bool { clientArguments.isEmpty }

    /// As arguments of pg_dump.
    package var clientArguments: [String] {
        includeSchemas.map { "--schema=\($0)" }
            + excludeSchemas.map { "--exclude-schema=\($0)" }
            + includeTables.map { "--table=\($0)" }
            + excludeTables.map { "--exclude-table=\($0)" }
            + excludeTableData.map { "--exclude-table-data=\($0)" }
    }
}
