import Foundation
import JobModel
import Postgres
import TestSupport
import Testing

/// Databases to back up.
enum Sample: String, Hashable, Sendable, CaseIterable {
    /// A shop's ordinary data, from real life.
    case chinook
    /// Every awkward thing that stock tools can bring back.
    case awkward
    /// The same, where the database's settings change what COPY prints, or end long work.
    case awkwardAndHostile
    /// Ten tables, 5,000 rows.
    case small
    /// Little of everything: rows in several gzip members, two tables of one size, a large object, a sequence.
    case breakable
    /// Three tables that do not compress well, 12 MB and twice 8.5 MB, and one with a single row.
    case bulky
    /// 1,200 large objects, some of them readable to all, with sizes around what matters.
    case crowded

    var script: String {
        get throws {
            switch self {
            case .chinook:
                // The script makes a database of its own; ours is there already.
                let unwanted = ["DROP DATABASE", "CREATE DATABASE", "\\c "]
                return try Self.fixture("chinook/Chinook_PostgreSql_SerialPKs.sql").split(separator: "\n")
                    .filter { line in !unwanted.contains { line.hasPrefix($0) } }.joined(separator: "\n")
            case .awkward, .awkwardAndHostile: return try Self.fixture("awkward.sql")
            case .small: return try Self.fixture("small.sql")
            case .breakable:
                return """
                    CREATE TABLE many (id serial PRIMARY KEY, text text);
                    INSERT INTO many (text) SELECT repeat(md5(i::text), 3) FROM generate_series(1, 25000) AS i;
                    CREATE TABLE twin_1 (id int); CREATE TABLE twin_2 (id int);
                    INSERT INTO twin_1 VALUES (1), (2), (3); INSERT INTO twin_2 VALUES (4), (5), (6);
                    SELECT lo_from_bytea(0, decode(repeat(md5('1'), 500), 'hex'));
                    """
            case .crowded:
                return """
                    SELECT lo_from_bytea((100000 + n)::oid, substr(convert_to(repeat(md5(n::text), 66), 'SQL_ASCII'), 1, n % 2100))
                    FROM generate_series(1, 1190) AS n;
                    SELECT lo_from_bytea((102000 + n)::oid, substr(convert_to(repeat('0123456789abcdef', 70000), 'SQL_ASCII'), 1, size))
                    FROM unnest(ARRAY[0, 2047, 2048, 2049, 32767, 32768, 32769, 1081344, 1081345])
                        WITH ORDINALITY AS s(size, n);
                    SELECT lo_from_bytea(103000, (SELECT string_agg(sha512(i::text::bytea), '')
                        FROM generate_series(1, 80000) AS i));
                    DO $$BEGIN FOR n IN 1..1190 BY 3 LOOP
                        EXECUTE format('GRANT SELECT ON LARGE OBJECT %s TO PUBLIC', 100000 + n);
                    END LOOP; END$$;
                    COMMENT ON LARGE OBJECT 100007 IS 'the seventh';
                    """
            case .bulky:
                return (1...3).map { number in
                    """
                    CREATE TABLE bulk_\(number) AS SELECT i, gen_random_uuid() AS a, gen_random_uuid() AS b
                    FROM generate_series(1, \(number == 1 ? 150_000 : 105_000)) AS i;
                    """
                }.joined(separator: "\n") + "CREATE TABLE tiny AS SELECT 1 AS i;"
            }
        }
    }

    /// What a copy of the template does not take over: the settings of the database.
    var settings: ServerText? {
        self == .awkwardAndHostile ? (try? Self.fixture("hostile-settings.sql")).map { ServerText($0) } : nil
    }

    private static func fixture(_ name: String) throws -> String {
        let folder = try #require(Bundle.module.resourcePath)
        return try String(contentsOfFile: "\(folder)/Fixtures/\(name)", encoding: .utf8)
    }
}

/// The samples on one server, each loaded once into a database from which others are copied.
actor SampleDatabases {
    private let cluster: ScratchCluster
    private var templates: [Sample: Task<Void, any Error>] = [:]

    init(cluster: ScratchCluster) {
        self.cluster = cluster
    }

    /// The name of a database that holds the sample and that nobody is connected to.
    func template(_ sample: Sample?) async throws -> String {
        guard let sample else { return "template0" }
        let sameAs: Sample = sample == .awkwardAndHostile ? .awkward : sample
        let name = "sample_\(sameAs.rawValue)"
        if let known = templates[sameAs] {
            try await known.value
            return name
        }
        let task = Task { [cluster] in
            _ = try await cluster.createDatabase(name, options: "TEMPLATE template0")
            try await cluster.psql(ServerText(try sameAs.script), database: name)
        }
        templates[sameAs] = task
        try await task.value
        return name
    }
}
