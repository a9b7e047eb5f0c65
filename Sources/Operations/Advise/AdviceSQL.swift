import JobModel
import Postgres

/// Conditions that the queries of checks share.
enum AdviceSQL {
    /// That the schema `n` is neither the server's nor somebody's temporary one.
    static let isUsersSchema: ServerText = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"

    /// That an object does not belong to an extension, whose author decides about it.
    static func isOwn(_ oid: ServerText, in catalog: ServerText = "pg_class") -> ServerText {
        """
        NOT EXISTS (
          SELECT 1 FROM pg_catalog.pg_depend extension_member
          WHERE extension_member.classid = 'pg_catalog.\(catalog)'::pg_catalog.regclass
            AND extension_member.objid = \(oid) AND extension_member.deptype = 'e')
        """
    }

    /// How many rows the relation `relation` has, as far as anybody knows; 0 where nobody does.
    static func rows(of relation: ServerText) -> ServerText {
        """
        (CASE WHEN \(relation).reltuples > 0 THEN \(relation).reltuples
          ELSE pg_catalog.pg_stat_get_live_tuples(\(relation).oid) END)::float8
        """
    }

    /// The size of the relation's main fork, as the catalogue knows it: nothing is opened for it.
    static func bytes(of relation: ServerText) -> ServerText {
        "(\(relation).relpages::int8 * pg_catalog.current_setting('block_size')::int8)"
    }
}
