import JobModel
import Testing

@testable import Archive
@testable import Operations

@Suite struct GlobalsScriptTests {
    /// As pg_dumpall of PostgreSQL 16 writes it.
    private static let script: ServerText = #"""
        \restrict aBc123
        SET default_transaction_read_only = off;
        -- Roles
        CREATE ROLE "app";
        ALTER ROLE "app" WITH NOSUPERUSER INHERIT NOCREATEROLE LOGIN NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 5 PASSWORD 'SCRAM-SHA-256$4096:x;y';
        CREATE ROLE "o""dd; name";
        COMMENT ON ROLE "o""dd; name" IS 'it''s; odd
        \unrestrict';
        ALTER ROLE "app" SET "search_path" TO 'shop', 'public';
        GRANT "app" TO "o""dd; name" WITH ADMIN OPTION, INHERIT FALSE GRANTED BY "postgres";
        GRANT SET ON PARAMETER "work_mem" TO "app";
        SECURITY LABEL FOR "dummy" ON ROLE "app" IS 'secret';
        CREATE TABLESPACE "fast" OWNER "app" LOCATION '/fast';
        GRANT CREATE ON TABLESPACE "fast" TO "app";
        \unrestrict aBc123
        """#

    @Test func `knows of each statement what it makes`() throws {
        let script = try GlobalsScript(Self.script)
        let odd: ServerText = #"o"dd; name"#
        #expect(
            script.statements.map(\.subject) == [
                .session, .role("app"), .role("app"), .role(odd), .role(odd), .role("app"),
                .membership(role: "app", member: odd), .parameter(role: "app"), .role("app"), .tablespace("fast"),
                .tablespace("fast"),
            ])
        #expect(script.statements[4].sql.text.hasSuffix("\n\\unrestrict'"))
        #expect(script.roles == ["app", odd])
    }

    @Test func `leaves out who granted a membership, for that role need not be there`() throws {
        #expect(
            try GlobalsScript(Self.script).statements[6].sql.text
                == #"GRANT "app" TO "o""dd; name" WITH ADMIN OPTION, INHERIT FALSE"#)
    }

    @Test func `leaves roles that are there as they are, and tablespaces to people`() throws {
        let script = try GlobalsScript(Self.script)
        let odd: ServerText = #"o"dd; name"#
        let statements = script.statements(forServerWith: ["app", "postgres"])
        #expect(
            statements.map(\.subject) == [.role(odd), .role(odd), .membership(role: "app", member: odd)])
        #expect(script.statements(forServerWith: ["app", odd]).isEmpty)
        #expect(script.statements(forServerWith: []).count == 8)
    }

    @Test func `refuses a text that ends within a literal`() {
        #expect(throws: SQLScriptError.self) { try GlobalsScript("CREATE ROLE \"app\"; COMMENT ON ROLE \"app\" IS 'x") }
    }
}

@Suite struct DatabasePropertiesTests {
    @Test(arguments: [
        ("ALTER DATABASE shop SET work_mem TO '8MB';", "ALTER DATABASE \"copy\" SET work_mem TO '8MB'"),
        (
            "ALTER ROLE database IN DATABASE \"my \"\"shop\" SET search_path TO 'a', 'b';",
            "ALTER ROLE database IN DATABASE \"copy\" SET search_path TO 'a', 'b'"
        ),
        (
            "COMMENT ON DATABASE shop IS 'the DATABASE shop';",
            "COMMENT ON DATABASE \"copy\" IS 'the DATABASE shop'"
        ),
    ])
    func `gives the database its new name, and changes nothing else`(old: String, new: String) throws {
        let contents = try TableOfContents.of([
            .entry(1, "DATABASE PROPERTIES", "shop", schema: nil, defn: ServerText(old))
        ])
        #expect(try DatabaseProperties.statements(contents, forDatabase: "copy") == [ServerText(new)])
    }

    @Test func `gives the database its owner, but not the role that made the source's cluster`() throws {
        let contents = try TableOfContents.of([.entry(1, "DATABASE", "shop", schema: nil, owner: "the boss")])
        #expect(
            try DatabaseProperties.statements(contents, forDatabase: "copy", bootstrapRole: "postgres")
                == ["ALTER DATABASE \"copy\" OWNER TO \"the boss\""])
        #expect(
            try DatabaseProperties.statements(contents, forDatabase: "copy", bootstrapRole: "the boss").isEmpty)
    }

    @Test func `takes privileges of the database, and none of its tables or of upgrades`() throws {
        let contents = try TableOfContents.of([
            .entry(
                1, "ACL", "DATABASE shop", schema: nil,
                defn: "REVOKE CONNECT ON DATABASE shop FROM PUBLIC;\nGRANT CONNECT ON DATABASE shop TO app;"),
            .entry(2, "ACL", "TABLE t", defn: "GRANT SELECT ON TABLE t TO app;"),
            .entry(
                3, "DATABASE PROPERTIES", "shop", schema: nil,
                defn: "UPDATE pg_catalog.pg_database SET datfrozenxid = '5';\nALTER DATABASE shop IS_TEMPLATE = true;"),
        ])
        #expect(
            try DatabaseProperties.statements(contents, forDatabase: "copy") == [
                "REVOKE CONNECT ON DATABASE \"copy\" FROM PUBLIC", "GRANT CONNECT ON DATABASE \"copy\" TO app",
            ])
    }
}
