import JobModel
import Postgres

/// What a database holds already, by name.
struct TargetObjects: Sendable {
    /// For people, where the name alone may not say it: `an index of public.orders_old`.
    private let descriptions: [ObjectName: String]

    init(_ descriptions: [ObjectName: String] = [:]) {
        self.descriptions = descriptions
    }

    func contains(_ name: ObjectName) -> Bool { descriptions[name] != nil }

    func description(of name: ObjectName) -> String { descriptions[name] ?? "" }

    /// Of the session's database; its `search_path` must be empty, so that types are written as pg_dump writes them.
    static func gather(_ session: Session) async throws -> TargetObjects {
        var descriptions: [ObjectName: String] = [:]
        for row in try await session.query(query).rows {
            let name = ObjectName(
                kind: try row.string("kind"), schema: try row.text("schema"), name: try row.text("name"))
            descriptions[name] = try row.string("description")
        }
        return TargetObjects(descriptions)
    }

    /// The names of routines are those of pg_dump's `format_function_signature`.
    private static let query: ServerText = """
        SELECT o.kind, o.schema, o.name, o.description FROM (
            SELECT 'relation' AS kind, n.nspname AS schema, c.relname AS name,
                   CASE c.relkind WHEN 'r' THEN 'a table' WHEN 'p' THEN 'a partitioned table' WHEN 'v' THEN 'a view'
                        WHEN 'm' THEN 'a materialized view' WHEN 'S' THEN 'a sequence' WHEN 'f' THEN 'a foreign table'
                        WHEN 'c' THEN 'a type'
                        ELSE 'an index of ' || coalesce(i.indrelid::pg_catalog.regclass::pg_catalog.text, '?') END
                   AS description
              FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
              LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
            UNION ALL
            SELECT 'type', n.nspname, t.typname, 'a type'
              FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
            UNION ALL
            SELECT 'routine', n.nspname, p.proname || '(' || coalesce((
                       SELECT pg_catalog.string_agg(pg_catalog.format_type(a.type, NULL), ', ' ORDER BY a.position)
                         FROM pg_catalog.unnest(p.proargtypes) WITH ORDINALITY AS a (type, position)),
                       CASE p.prokind WHEN 'a' THEN '*' ELSE '' END) || ')', 'a routine'
              FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
             WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
            UNION ALL
            SELECT 'fk constraint', n.nspname, r.relname || ' ' || c.conname, 'a foreign key'
              FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace
              JOIN pg_catalog.pg_class r ON r.oid = c.conrelid WHERE c.contype = 'f'
            UNION ALL
            SELECT 'collation', n.nspname, c.collname, 'a collation'
              FROM pg_catalog.pg_collation c JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
            UNION ALL
            SELECT 'conversion', n.nspname, c.conname, 'a conversion'
              FROM pg_catalog.pg_conversion c JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace
            UNION ALL
            SELECT 'operator', n.nspname, o.oprname, 'an operator'
              FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
            UNION ALL
            SELECT 'operator class', n.nspname, o.opcname, 'an operator class'
              FROM pg_catalog.pg_opclass o JOIN pg_catalog.pg_namespace n ON n.oid = o.opcnamespace
            UNION ALL
            SELECT 'operator family', n.nspname, o.opfname, 'an operator family'
              FROM pg_catalog.pg_opfamily o JOIN pg_catalog.pg_namespace n ON n.oid = o.opfnamespace
            UNION ALL
            SELECT 'statistics', n.nspname, s.stxname, 'extended statistics'
              FROM pg_catalog.pg_statistic_ext s JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace
            UNION ALL
            SELECT 'text search configuration', n.nspname, c.cfgname, 'a text search configuration'
              FROM pg_catalog.pg_ts_config c JOIN pg_catalog.pg_namespace n ON n.oid = c.cfgnamespace
            UNION ALL
            SELECT 'text search dictionary', n.nspname, d.dictname, 'a text search dictionary'
              FROM pg_catalog.pg_ts_dict d JOIN pg_catalog.pg_namespace n ON n.oid = d.dictnamespace
            UNION ALL
            SELECT 'text search parser', n.nspname, p.prsname, 'a text search parser'
              FROM pg_catalog.pg_ts_parser p JOIN pg_catalog.pg_namespace n ON n.oid = p.prsnamespace
            UNION ALL
            SELECT 'text search template', n.nspname, t.tmplname, 'a text search template'
              FROM pg_catalog.pg_ts_template t JOIN pg_catalog.pg_namespace n ON n.oid = t.tmplnamespace
        ) AS o WHERE o.schema NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
        UNION ALL SELECT 'schema', '', nspname, 'a schema' FROM pg_catalog.pg_namespace
        UNION ALL SELECT 'extension', '', extname, 'an extension' FROM pg_catalog.pg_extension
        UNION ALL SELECT 'publication', '', pubname, 'a publication' FROM pg_catalog.pg_publication
        UNION ALL SELECT 'event trigger', '', evtname, 'an event trigger' FROM pg_catalog.pg_event_trigger
        UNION ALL SELECT 'server', '', srvname, 'a foreign server' FROM pg_catalog.pg_foreign_server
        UNION ALL SELECT 'foreign data wrapper', '', fdwname, 'a foreign-data wrapper'
          FROM pg_catalog.pg_foreign_data_wrapper
        UNION ALL SELECT 'access method', '', amname, 'an access method' FROM pg_catalog.pg_am
        UNION ALL SELECT 'language', '', lanname, 'a language' FROM pg_catalog.pg_language
        """
}
