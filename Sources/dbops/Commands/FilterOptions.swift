import ArgumentParser
import JobModel

/// pg_dump's own filters, with its own patterns.
struct FilterOptions: ParsableArguments {
    @Option(name: .customLong("schema"), help: ArgumentHelp("Only these schemas.", valueName: "pattern"))
    var schemas: [String] = []

    @Option(help: ArgumentHelp("Not these schemas.", valueName: "pattern"))
    var excludeSchema: [String] = []

    @Option(name: .customLong("table"), help: ArgumentHelp("Only these tables.", valueName: "pattern"))
    var tables: [String] = []

    @Option(help: ArgumentHelp("Not these tables.", valueName: "pattern"))
    var excludeTable: [String] = []

    @Option(help: ArgumentHelp("These tables without their rows.", valueName: "pattern"))
    var excludeTableData: [String] = []

    var filters: DumpFilters {
        var filters = DumpFilters()
        filters.includeSchemas = schemas
        filters.excludeSchemas = excludeSchema
        filters.includeTables = tables
        filters.excludeTables = excludeTable
        filters.excludeTableData = excludeTableData
        return filters
    }
}
