/// Which part of a backup is wanted; empty for all of it. Patterns as pg_dump takes them.
package struct RestoreSelection: Sendable, Hashable {
    /// Tables, views, sequences.
    package var tables: [String] = []
    /// Schemas with all that is in them.
    package var schemas: [String] = []

    package init(tables: [String] = [], schemas: [String] = []) {
        self.tables = tables
        self.schemas = schemas
    }

    package var isEmpty: Bool { tables.isEmpty && schemas.isEmpty }

    /// As it was typed.
    package var arguments: [String] { schemas.map { "--schema=\($0)" } + tables.map { "--table=\($0)" } }
}
