-- Every awkward thing that a database can hold and that pg_dump and pg_restore of the same major round-trip.
--   psql -X -q -v ON_ERROR_STOP=1 -d DATABASE -f awkward.sql
-- The database is empty, UTF8, of PostgreSQL 15 to 18; the user is a superuser. What a version or a build lacks is left out.
-- It says one ERROR (the failed build that leaves an invalid index), and makes roles named dbops_t_….
-- Options: -v tablespace=1 puts tables into a tablespace; -v subscription=1 makes a (disabled) subscription, after which
-- the database can only be dropped when the subscription has lost its slot.
-- Left out, because stock tools cannot bring it back: a column of the row type of an inheritance child whose parent got
-- columns later; "char" of bytes over 127 (server 15 writes them raw); matviews, indexes and checks over functions that
-- need a search_path or other tables; regclass values that name indexes; security labels (no provider at hand).
-- Not equal line by line after a restore, though nothing is lost: rows of the partitions of spread (hashed by an enum)
-- and the order of the columns of dogs.

\set QUIET on
SET client_min_messages = warning;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SET check_function_bodies = on;
SELECT current_setting('server_version_num')::int >= 170000 AS v17,
    current_setting('server_version_num')::int >= 180000 AS v18 \gset
CREATE FUNCTION pg_temp.works(statement text) RETURNS boolean LANGUAGE plpgsql AS
    'BEGIN EXECUTE statement; RETURN true; EXCEPTION WHEN OTHERS THEN RETURN false; END';
CREATE FUNCTION pg_temp.has(extension text) RETURNS boolean LANGUAGE sql AS
    'SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = extension)';
SELECT pg_temp.works($$SELECT '<a/>'::xml$$) AS has_xml, pg_temp.has('hstore') AS has_hstore, pg_temp.has('citext') AS has_citext,
    pg_temp.has('pg_trgm') AS has_pg_trgm, pg_temp.has('btree_gist') AS has_btree_gist, pg_temp.has('bloom') AS has_bloom,
    pg_temp.has('file_fdw') AS has_file_fdw, pg_temp.has('postgres_fdw') AS has_postgres_fdw, pg_temp.has('vector') AS has_vector,
    pg_temp.has('dbops_t_config') AS has_config, pg_temp.works($$CREATE COLLATION pg_temp.tried (PROVIDER = icu, LOCALE = 'und')$$) AS has_icu \gset
DROP COLLATION IF EXISTS pg_temp.tried;

--
-- Roles
--
SELECT format('CREATE ROLE %I NOLOGIN', name) FROM unnest(ARRAY['dbops_t_owner', 'dbops_t_reader', E'dbops_t Ödd \\ "role" 100%']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
GRANT dbops_t_reader TO dbops_t_owner;

--
-- Schemas, and names that need care everywhere
--
CREATE SCHEMA kinds;
CREATE SCHEMA owned AUTHORIZATION dbops_t_owner;
CREATE SCHEMA "Odd Schema "" \ 100%s";
CREATE SCHEMA nothing_inside;
COMMENT ON SCHEMA kinds IS E'types, ''quoted'' and "quoted"\nover two lines \\ with 100% ünïcode 🐘';
COMMENT ON SCHEMA public IS 'the public schema, with a comment of our own';

--
-- Types
--
CREATE TYPE kinds.mood AS ENUM ('sad', 'ok', 'it''s "fine" \ 100%', '', 'happy');
ALTER TYPE kinds.mood ADD VALUE 'meh' BEFORE 'ok';
CREATE DOMAIN kinds.positive AS integer DEFAULT 1 CONSTRAINT must_be_positive CHECK (VALUE > 0);
CREATE DOMAIN kinds.small_positive AS kinds.positive CHECK (VALUE < 1000);
CREATE DOMAIN kinds.tags AS text[] NOT NULL CHECK (array_length(VALUE, 1) < 10);
CREATE DOMAIN kinds.legacy AS text;
CREATE TYPE kinds.point3 AS (x integer, "Y y" text, z kinds.positive);
CREATE TYPE kinds.segment AS (a kinds.point3, b kinds.point3[], "when" timestamptz);
CREATE TYPE kinds.nothing AS ();
CREATE TYPE kinds.float_range AS RANGE (subtype = float8, subtype_diff = float8mi, multirange_type_name = kinds.float_ranges);
CREATE TYPE kinds.legacy_row AS (id integer, label text);
CREATE TYPE kinds.meters;
CREATE FUNCTION kinds.meters_in(cstring) RETURNS kinds.meters LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION kinds.meters_out(kinds.meters) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE TYPE kinds.meters (INPUT = kinds.meters_in, OUTPUT = kinds.meters_out, LIKE = integer, CATEGORY = 'N', DEFAULT = '7');
CREATE TYPE kinds.only_a_shell;
COMMENT ON TYPE kinds.mood IS 'how somebody feels';
COMMENT ON DOMAIN kinds.positive IS 'more than nothing';
COMMENT ON CONSTRAINT must_be_positive ON DOMAIN kinds.positive IS 'zero is nothing';
COMMENT ON COLUMN kinds.point3."Y y" IS 'a column of a type';

CREATE COLLATION kinds.bytewise (LOCALE = 'C');
COMMENT ON COLLATION kinds.bytewise IS 'as the bytes are';
\if :has_icu
CREATE COLLATION kinds.german (PROVIDER = icu, LOCALE = 'de-u-co-phonebk');
CREATE COLLATION kinds.ignoring_case (PROVIDER = icu, LOCALE = 'und-u-ks-level2', DETERMINISTIC = false);
CREATE TABLE public.collated (german text COLLATE kinds.german, folded text COLLATE kinds.ignoring_case UNIQUE);
INSERT INTO public.collated VALUES ('Äpfel', 'Abc'), ('Zebra', 'abd'), ('Apfel', 'ABE');
\endif
CREATE TABLE public.collated_bytewise (a text COLLATE kinds.bytewise PRIMARY KEY, b text COLLATE "C");
INSERT INTO public.collated_bytewise VALUES ('a', 'B'), ('B', 'a'), ('ä', 'Ä');

--
-- Extensions
--
\if :has_hstore
CREATE EXTENSION hstore SCHEMA kinds;
CREATE TABLE public.in_hstore (id integer PRIMARY KEY, h kinds.hstore);
INSERT INTO public.in_hstore VALUES (1, 'a=>1, "b c"=>"d\"e", n=>NULL'), (2, ''), (3, NULL);
CREATE INDEX in_hstore_h ON public.in_hstore USING gist (h kinds.gist_hstore_ops);
COMMENT ON EXTENSION hstore IS 'a comment of our own on an extension';
\endif
\if :has_citext
CREATE EXTENSION citext;
CREATE TABLE public.in_citext (mail public.citext UNIQUE);
INSERT INTO public.in_citext VALUES ('A@example.com'), ('b@EXAMPLE.com');
\endif
\if :has_pg_trgm
CREATE EXTENSION pg_trgm;
CREATE TABLE public.in_trigrams (words text);
INSERT INTO public.in_trigrams SELECT 'word ' || md5(i::text) FROM generate_series(1, 100) i;
CREATE INDEX in_trigrams_words ON public.in_trigrams USING gin (words public.gin_trgm_ops);
\endif
\if :has_bloom
CREATE EXTENSION bloom;
CREATE TABLE public.in_bloom (a integer, b integer);
INSERT INTO public.in_bloom SELECT i, -i FROM generate_series(1, 100) i;
CREATE INDEX in_bloom_a_b ON public.in_bloom USING bloom (a, b) WITH (length = 96, col1 = 3);
\endif
\if :has_vector
CREATE EXTENSION vector;
CREATE TABLE public.in_vectors (v public.vector(3));
INSERT INTO public.in_vectors VALUES ('[1,2,3]'), ('[0.1,-2e-7,3e10]'), (NULL);
\endif
\if :has_btree_gist
CREATE EXTENSION btree_gist;
CREATE TABLE public.booked (room integer, during tsrange, EXCLUDE USING gist (room WITH =, during WITH &&) DEFERRABLE);
INSERT INTO public.booked VALUES (1, '[2026-01-01, 2026-01-02)'), (2, '[2026-01-01, 2026-01-02)'), (1, '[2026-01-02,)'), (3, 'empty');
\endif
\if :has_config
CREATE EXTENSION dbops_t_config;
INSERT INTO dbops_t_config.setting VALUES ('mine', 'kept by the dump', false), ('also mine', E'tab\there', false);
INSERT INTO dbops_t_config.everything VALUES (1), (2);
SELECT setval('dbops_t_config.counter', 42) AS ignored \gset
\endif

--
-- Values of every kind
--
CREATE TABLE kinds.numbers (id smallint PRIMARY KEY, i2 smallint, i4 integer, i8 bigint, n numeric, n2 numeric(12, 3), rounded numeric(3, -2),
    f4 real, f8 double precision, m money, b boolean, own kinds.meters);
INSERT INTO kinds.numbers VALUES
    (1, -32768, -2147483648, -9223372036854775808, 'NaN', -123456789.123, -1100, 'NaN', 'NaN', '-$92,233,720,368,547,758.08', true, '5'),
    (2, 32767, 2147483647, 9223372036854775807, 'Infinity', 0.001, 99900, '-0', '-0', '$1,234.56', false, DEFAULT),
    (3, 0, 0, 0, '-Infinity', 'NaN', 0, 'Infinity', '-Infinity', '0', NULL, NULL),
    (4, 1, 1, 1, 1e-300, 1, 100, 1.4e-45, 4.94065645841247e-324, '$0.01', true, '-2147483648'),
    (5, 1, 1, 1, 1e300, 1, 100, 3.4028235e38, 1.7976931348623157e308, '-$0.01', true, '2147483647'),
    (6, 1, 1, 1, 3.14159265358979323846264338327950288419716939937510, 1, 100, 1.17549435e-38, 2.2250738585072014e-308, '1', true, '0'),
    (7, NULL, NULL, NULL, NULL, NULL, NULL, 0.1, 0.1, NULL, NULL, NULL), (8, NULL, NULL, NULL, 1.10, 1.1, NULL, 1e-7, 1.0000000000000002, NULL, NULL, NULL);

CREATE TABLE kinds.moments (ts timestamp, tz timestamptz, d date, t time, tt timetz, span interval, ts3 timestamp(3), tt0 timetz(0), hours interval hour to minute);
INSERT INTO kinds.moments VALUES
    ('infinity', 'infinity', 'infinity', '24:00:00', '23:59:59.999999+15:59', '178000000 years', '2026-11-21 02:00:00.123', '12:00:00+02', '5 hours'),
    ('-infinity', '-infinity', '-infinity', '00:00', '00:00:00-15:59:59', '-178000000 years', NULL, NULL, NULL),
    ('4713-01-01 00:00:00 BC', '4714-11-24 00:00:00+00 BC', '4714-11-24 BC', '23:59:59.999999', '12:00+05:45', '-1 days +23:59:59.999999', NULL, NULL, NULL),
    ('294276-12-31 23:59:59.999999', '294276-12-31 23:59:59.999999+00', '5874897-12-31', '12:34:56.000001', '00:00+00', '1 year -2 mons 3 days -04:05:06.789', NULL, NULL, NULL),
    ('0001-12-31 23:59:59.999999 BC', '1883-11-18 12:00:00-08', '0001-01-01', NULL, NULL, '0', NULL, NULL, NULL),
    ('2026-03-29 02:30:00', '2026-03-29 02:30:00 Europe/Berlin', '2026-02-28', NULL, NULL, '-0.000001 seconds', NULL, NULL, NULL),
    (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
\if :v17
INSERT INTO kinds.moments (span) VALUES ('infinity'), ('-infinity');
\endif

CREATE TABLE kinds.texts (id serial PRIMARY KEY, t text, v varchar(40), c character(5), one "char", n name);
INSERT INTO kinds.texts (t, v, c, one, n) VALUES
    (NULL, NULL, NULL, NULL, NULL), ('', '', '', '', ''), (' ', ' ', ' ', ' ', ' '), ('\N', '\N', '\N', 'N', '\N'), ('\.', '\.', '\.', '.', '\.'),
    (E'\\.\n', E'\n\\.\n', E'\n\\.\n', E'\n', E'\n\\.'), (E'a\r\nb', E'\r\n', E'\r\n', E'\r', E'\r\n'), (E'a\rb\r', E'\r', E'\r', E'\r', E'\r'),
    (E'tab\there\t', E'\t', E'\t', E'\t', E'\t'), (E'\\', E'\\\\', E'\\\\\\', E'\\', E'\\'), (E'ends in a backslash\\', 'x', 'x  ', 'x', 'x'),
    (E'\b\f\n\r\t\v', E'\b\f\v', E'\x01', E'\x7f', E'\x01'), ('NULL', 'null', 'NULL', 'n', 'NULL'), ('"', '''', '"''', '"', '"'),
    ('COPY kinds.texts (id, t) FROM stdin;', E'\\\\.', '\\.', '1', '\\.'), (E'\n\n\n', E'\n', E'\n', E'\n', E'\n'), ('-- a comment', '/* one */', '--', '-', ';'),
    ('ünïcödé 🐘 日本語', 'é', '🐘', 'e', '日本語'), (E'e\u0301 is not é', E'\u200B', E'\uFEFF', '1', E'\uFFFD'), ('$$ $body$ :variable :"x" \gexec', '%s %d %n', '%', '%', '%');
INSERT INTO kinds.texts (t, v, one) SELECT chr(i), 'chr ' || i, CASE WHEN i < 128 THEN chr(i)::"char" END FROM generate_series(1, 300) i;
INSERT INTO kinds.texts (t, v) SELECT repeat(chr(i), 3) || chr(10) || chr(i), 'repeated ' || i FROM generate_series(1, 300) i;

CREATE TABLE kinds.bytes (id integer, b bytea, bits bit(8), varying bit varying(20));
INSERT INTO kinds.bytes VALUES (1, '', B'00000000', B''), (2, NULL, NULL, NULL), (3, '\x00ff0a0d5c2e', B'10101010', B'1'), (4, '\x5c2e0a', B'11111111', B'01100110011001100110');
INSERT INTO kinds.bytes SELECT 5, string_agg(set_byte('\x00', 0, i), '' ORDER BY i) FROM generate_series(0, 255) i;

CREATE TABLE kinds.shapes (p point, l line, s lseg, b box, open path, closed path, g polygon, c circle, a inet, n cidr, m macaddr, m8 macaddr8);
INSERT INTO kinds.shapes VALUES ('(1,-0)', '{1,2,3}', '[(0,0),(1e300,1e-300)]', '(1,1),(0,0)', '[(0,0),(1,1),(2,0)]', '((0,0),(1,1),(2,0))', '((0,0),(1,1),(2,0))',
    '<(1,2),3>', '10.0.0.1/8', '10.0.0.0/8', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05'),
    ('(NaN,Infinity)', '{0,-1,0}', NULL, NULL, NULL, NULL, NULL, '<(0,0),0>', '::ffff:1.2.3.4/128', '2001:db8::/32', NULL, NULL), (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

CREATE TABLE kinds.documents (id integer PRIMARY KEY, j json, jb jsonb, path jsonpath, u uuid, v tsvector, q tsquery, lsn pg_lsn, x xid8, s pg_snapshot, o oid, t tid);
INSERT INTO kinds.documents VALUES
    (1, '{"b": 1,   "a": [1, 2.50, null], "b": 2}', '{"b": 1, "a": [1, 2.50, null], "b": 2}', 'strict $.a[*] ? (@ > 1)', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
     'a fat cat', 'fat & !rat:*', 'FFFFFFFF/FFFFFFFF', '18446744073709551615', '10:20:10,14,15', 4294967295, '(4294967295,65535)'),
    (2, '"\u0000 \ud83d\udc18 \/ \\ \n"', '"\\ \n \" é 🐘"', '$', NULL, '''it''''s'':1A,2B ''a\\b'':3', '''a b'' <2> c | (d)', '0/0', '0', '1:1:', 0, '(0,0)'),
    (3, 'null', 'null', NULL, NULL, '', '', NULL, NULL, NULL, NULL, NULL), (4, ' [ ] ', '123456789012345678901234567890.123456789e-5', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (5, E'{\n\t"deep": {"er": {}}\n}', '{"": {"": ""}}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE INDEX documents_jb ON kinds.documents USING gin (jb jsonb_path_ops);
CREATE INDEX documents_v ON kinds.documents USING gin (v) WITH (fastupdate = off);
CREATE INDEX documents_u ON kinds.documents USING hash (u);
\if :has_xml
CREATE TABLE kinds.in_xml (x xml);
INSERT INTO kinds.in_xml VALUES ('<?xml version="1.0"?><a b="c">d &amp; é</a>'), (XMLPARSE(CONTENT 'text <b/> and <c>more</c>')), (XMLPARSE(CONTENT '')), (NULL);
\endif

CREATE TABLE kinds.lists (i integer[], t text[], grid integer[][], shifted integer[], m kinds.mood[], p kinds.positive[], c kinds.point3[], d kinds.tags, r int4range[], b bytea[], j jsonb[], n name[]);
INSERT INTO kinds.lists VALUES
    ('{1,NULL,3}', ARRAY['a', NULL, 'NULL', 'null', '', '"', '\', ',', '{}', ' x ', E'\n', E'\t\\.', '🐘'], '{{1,2},{3,NULL}}', '[-1:1]={1,2,3}', '{sad,"it''s \"fine\" \\ 100%",""}', '{1,2}',
     ARRAY[ROW(1, 'a,"b"', 2), NULL, ROW(NULL, NULL, NULL), ROW(1, '', 1)]::kinds.point3[], '{a,b}', '{"[1,2)",empty}', ARRAY['\x', '\x5c'::bytea], ARRAY['{"a":"\""}'::jsonb], '{a,b}'),
    ('{}', '{}', '{}', '{}', '{}', '{}', '{}', '{x}', '{}', '{}', '{}', '{}'), (NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{y}', NULL, NULL, NULL, NULL);

CREATE TABLE kinds.compounds (p kinds.point3, s kinds.segment, n kinds.nothing, m kinds.mood DEFAULT 'ok', pos kinds.small_positive, r int4range, nr numrange, tr tstzrange, dr daterange,
    fr kinds.float_range, mr int4multirange, fm kinds.float_ranges, old kinds.legacy);
INSERT INTO kinds.compounds VALUES
    (ROW(1, E'a "quoted" \\ (comma), \n', 3), ROW(ROW(1, NULL, 2), ARRAY[ROW(3, '', 4)::kinds.point3, NULL], '2026-01-01 00:00:00+00'), ROW(), 'happy', 999, '[1,10)', '(,1.5]',
     '[2026-01-01 00:00:00+00,infinity]', '[2026-01-01,)', '[1.5,2.5]', '{[1,2),[5,)}', '{[0.1,0.2)}', 'old'), (NULL, NULL, NULL, '', NULL, 'empty', 'empty', '(,)', NULL, NULL, '{}', NULL, '');
ALTER DOMAIN kinds.legacy ADD CONSTRAINT never_checked CHECK (VALUE <> 'old') NOT VALID;

CREATE TABLE kinds.registered (c regclass, t regtype, p regprocedure, r regrole, n regnamespace, o regoperator, cfg regconfig);
INSERT INTO kinds.registered VALUES ('kinds.texts', 'kinds.mood[]', 'pg_catalog.lower(text)', 'dbops_t_owner', 'kinds', '+(integer,integer)', 'english'),
    ('pg_catalog.pg_class', 'numeric', NULL, 'dbops_t_reader', 'public', NULL, NULL), (NULL, NULL, NULL, NULL, NULL, NULL, NULL);

--
-- Columns: identity, serial, generated, dropped, none
--
CREATE TABLE public.identities (id bigint GENERATED ALWAYS AS IDENTITY (START 100 INCREMENT 5 MAXVALUE 1000000 CACHE 3) PRIMARY KEY, other integer GENERATED BY DEFAULT AS IDENTITY, v text);
INSERT INTO public.identities (v) SELECT 'row ' || i FROM generate_series(1, 10) i;
INSERT INTO public.identities OVERRIDING SYSTEM VALUE VALUES (5, 7, 'by hand');
CREATE TABLE public.serials (a serial, b bigserial, c smallserial, d integer DEFAULT 7);
INSERT INTO public.serials DEFAULT VALUES;
ALTER SEQUENCE public.serials_a_seq RENAME TO "a sequence renamed";
CREATE TABLE public.generated (a integer, before text GENERATED ALWAYS AS ('<' || b || '>') STORED, b text, twice integer GENERATED ALWAYS AS (a * 2) STORED, c integer DEFAULT 3);
INSERT INTO public.generated (a, b) SELECT i, E'x\t' || i FROM generate_series(1, 5) i;
\if :v18
CREATE TABLE public.generated_virtually (v integer GENERATED ALWAYS AS (a + 1) VIRTUAL, a integer, s integer GENERATED ALWAYS AS (a - 1) STORED);
INSERT INTO public.generated_virtually (a) VALUES (1), (NULL), (3);
\endif
CREATE TABLE public.dropped_in_the_middle (a integer, gone text, b text DEFAULT 'b', also_gone integer, c text);
INSERT INTO public.dropped_in_the_middle SELECT i, 'gone', 'b' || i, i, 'c' FROM generate_series(1, 20) i;
ALTER TABLE public.dropped_in_the_middle DROP COLUMN gone, DROP COLUMN also_gone;
ALTER TABLE public.dropped_in_the_middle ADD COLUMN added integer DEFAULT 5, ADD COLUMN stamped timestamptz DEFAULT '2026-01-01 00:00:00+00';
CREATE TABLE public.all_dropped (a integer, b text);
INSERT INTO public.all_dropped SELECT i, 'x' FROM generate_series(1, 7) i;
ALTER TABLE public.all_dropped DROP COLUMN a, DROP COLUMN b;
CREATE TABLE public.no_columns ();
INSERT INTO public.no_columns SELECT FROM generate_series(1, 13);
CREATE TABLE public.no_columns_no_rows ();
CREATE TABLE public.no_rows (id integer PRIMARY KEY, t text);
CREATE TABLE public.only_generated (always integer GENERATED ALWAYS AS (1 + 1) STORED);
INSERT INTO public.only_generated SELECT FROM generate_series(1, 3);
CREATE TABLE public.typed OF kinds.legacy_row (id WITH OPTIONS PRIMARY KEY, label DEFAULT 'typed');
INSERT INTO public.typed VALUES (1), (2);
CREATE UNLOGGED TABLE public.unlogged (id integer PRIMARY KEY, t text);
INSERT INTO public.unlogged SELECT i, md5(i::text) FROM generate_series(1, 500) i;
CREATE TABLE public.holds_rows (id integer, r public.typed, many public.typed[]);
INSERT INTO public.holds_rows VALUES (1, ROW(1, 'a'), ARRAY[ROW(2, 'b')::public.typed]);
DO $wide$ BEGIN
    EXECUTE (SELECT 'CREATE TABLE public.wide (' || string_agg(format('%I %s', CASE i % 5 WHEN 0 THEN 'Column ' ELSE 'c' END || i,
        (ARRAY['integer', 'text', 'numeric', 'timestamptz', 'boolean'])[i % 5 + 1]), ', ' ORDER BY i) || ')' FROM generate_series(1, 250) i);
    EXECUTE (SELECT 'INSERT INTO public.wide SELECT ' || string_agg(
        (ARRAY['n', '''text '' || n', 'n / 3.0', '''2026-01-01 00:00:00+00''::timestamptz + n * interval ''1 hour''', 'n % 2 = 0'])[i % 5 + 1], ', ' ORDER BY i)
        || ' FROM generate_series(1, 40) n' FROM generate_series(1, 250) i);
END $wide$;

--
-- Sequences
--
CREATE SEQUENCE public.never_called START 17;
CREATE SEQUENCE public.called START 17;
SELECT nextval('public.called') AS ignored \gset
CREATE SEQUENCE public.counts_down INCREMENT -3 MINVALUE -100 MAXVALUE -1 START -1 CYCLE;
SELECT setval('public.counts_down', -50) AS ignored \gset
CREATE SEQUENCE public.at_its_end AS smallint;
SELECT setval('public.at_its_end', 32767) AS ignored \gset
CREATE SEQUENCE public.at_its_start MINVALUE -9223372036854775808 START -9223372036854775808;
SELECT setval('public.at_its_start', -9223372036854775808, false) AS ignored \gset
CREATE UNLOGGED SEQUENCE public.counts_unlogged CACHE 20;
SELECT setval('public.counts_unlogged', 5, false) AS ignored \gset
CREATE SEQUENCE "Odd Schema "" \ 100%s"."Odd sequence ' "" \ %s
é" START 3;
CREATE TABLE public.shares_a_sequence (id integer DEFAULT nextval('public.called'), other bigint DEFAULT nextval('"Odd Schema "" \ 100%s"."Odd sequence '' "" \ %s
é"'));
INSERT INTO public.shares_a_sequence DEFAULT VALUES;
ALTER SEQUENCE public.never_called OWNED BY public.shares_a_sequence.id;
COMMENT ON SEQUENCE public.called IS 'called once';

--
-- Odd names, also such as look like the end of a COPY command
--
CREATE TABLE "Odd Schema "" \ 100%s"."Odd table ' "" \ %s
é" ("a b" integer PRIMARY KEY, "a""b" text, "a\b" text, "a%sb" text, "a
b" text, "A B" text, "a,b)" text, "FROM stdin;" text, "é" text, "select" integer DEFAULT 1, "$1" text, "a'b" text);
INSERT INTO "Odd Schema "" \ 100%s"."Odd table ' "" \ %s
é" SELECT i, 'x', '\', '%', E'\n', 'A', ',', 'stdin', 'é', 2, '$', '''' FROM generate_series(1, 5) i;
CREATE INDEX "Odd index ' "" \ %s
é" ON "Odd Schema "" \ 100%s"."Odd table ' "" \ %s
é" ("a""b" DESC NULLS LAST, lower("a
b"));
CREATE FUNCTION "Odd Schema "" \ 100%s"."Odd function ' "" \ %s
é"("a b" integer DEFAULT 1, OUT "c ""d" text) LANGUAGE sql IMMUTABLE AS $_$ SELECT '$$ $1 \'::text || "a b"::text $_$;
COMMENT ON TABLE "Odd Schema "" \ 100%s"."Odd table ' "" \ %s
é" IS E'of\n-- odd names\n\\.\n$$';
COMMENT ON COLUMN "Odd Schema "" \ 100%s"."Odd table ' "" \ %s
é"."a
b" IS 'over two lines';
CREATE TABLE public."x (a) FROM stdin;" ("b) FROM stdin;" integer, "); -- " text);
INSERT INTO public."x (a) FROM stdin;" VALUES (1, 'COPY x (a) FROM stdin;'), (2, '\.');
CREATE TABLE public."select" ("from" integer, "where" text);
INSERT INTO public."select" VALUES (1, 'reserved');
CREATE TABLE public."Same" (i integer);
CREATE TABLE public.same (i integer);
CREATE TABLE public."SAME" (i integer);
INSERT INTO public."Same" VALUES (1);
INSERT INTO public.same VALUES (2);
INSERT INTO public."SAME" VALUES (3);
CREATE TABLE public."ééééééééééééééééééééééééééééééé1" ("ààààààààààààààààààààààààààààààà1" integer PRIMARY KEY);
CREATE TABLE public."ééééééééééééééééééééééééééééééé2" ("ààààààààààààààààààààààààààààààà1" integer PRIMARY KEY);
INSERT INTO public."ééééééééééééééééééééééééééééééé2" VALUES (63);
CREATE TABLE public."--" (";" text);
INSERT INTO public."--" VALUES ('a comment');
CREATE TABLE public."../up" (a integer);
INSERT INTO public."../up" VALUES (1);
CREATE TABLE public." " (" " integer);
INSERT INTO public." " VALUES (1);

--
-- Partitions
--
CREATE TABLE public.measured (at date NOT NULL, sensor integer NOT NULL, value float8, note text DEFAULT 'none', PRIMARY KEY (at, sensor)) PARTITION BY RANGE (at);
CREATE TABLE public.measured_2024 PARTITION OF public.measured FOR VALUES FROM (MINVALUE) TO ('2025-01-01') WITH (fillfactor = 70);
CREATE TABLE public.measured_2025 (note text, gone integer, value float8, sensor integer NOT NULL, at date NOT NULL);
ALTER TABLE public.measured_2025 DROP COLUMN gone;
ALTER TABLE public.measured ATTACH PARTITION public.measured_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE public.measured_2026 PARTITION OF public.measured FOR VALUES FROM ('2026-01-01') TO (MAXVALUE) PARTITION BY LIST (sensor);
CREATE TABLE public.measured_2026_odd PARTITION OF public.measured_2026 (note DEFAULT 'odd') FOR VALUES IN (1, 3, 5);
CREATE UNLOGGED TABLE public.measured_2026_rest PARTITION OF public.measured_2026 DEFAULT;
INSERT INTO public.measured SELECT '2024-06-01'::date + i * 3, i % 7, i / 3.0, E'n\t' || i FROM generate_series(1, 300) i;
CREATE INDEX measured_value ON public.measured (value) INCLUDE (note);
CREATE INDEX measured_half_built ON ONLY public.measured (sensor);
CREATE INDEX measured_2024_half ON public.measured_2024 (sensor);
ALTER INDEX public.measured_half_built ATTACH PARTITION public.measured_2024_half;
CREATE TABLE public.listed (kind text, n integer) PARTITION BY LIST (kind);
CREATE TABLE public.listed_ab PARTITION OF public.listed FOR VALUES IN ('a', 'b', NULL);
CREATE TABLE public.listed_rest PARTITION OF public.listed DEFAULT;
INSERT INTO public.listed SELECT (ARRAY['a', 'b', 'c', 'é "', NULL])[i % 5 + 1], i FROM generate_series(1, 50) i;
CREATE TABLE public.spread (m kinds.mood NOT NULL, t text, n integer) PARTITION BY HASH (m);
CREATE TABLE public.spread_0 PARTITION OF public.spread FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE public.spread_1 (n integer, t text, m kinds.mood NOT NULL);
ALTER TABLE public.spread ATTACH PARTITION public.spread_1 FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE public.spread_2 PARTITION OF public.spread FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO public.spread SELECT (enum_range(NULL::kinds.mood))[i % 6 + 1], 'spread ' || i, i FROM generate_series(1, 120) i;
CREATE TABLE public.hashed (id integer PRIMARY KEY, t text) PARTITION BY HASH (id);
CREATE TABLE public.hashed_0 PARTITION OF public.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE public.hashed_1 PARTITION OF public.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO public.hashed SELECT i, md5(i::text) FROM generate_series(1, 200) i;
CREATE TABLE public.by_expression (t text, n integer) PARTITION BY RANGE (lower(t), (n % 10));
CREATE TABLE public.by_expression_a PARTITION OF public.by_expression FOR VALUES FROM ('a', MINVALUE) TO ('n', 5);
INSERT INTO public.by_expression VALUES ('Abc', 1), ('mno', 12);
CREATE TABLE public.no_leaves (i integer) PARTITION BY RANGE (i);
CREATE TABLE public.refers_to_measured (at date, sensor integer, FOREIGN KEY (at, sensor) REFERENCES public.measured ON DELETE CASCADE);
INSERT INTO public.refers_to_measured SELECT at, sensor FROM public.measured LIMIT 10;

--
-- Inheritance
--
CREATE TABLE public.animals (id integer PRIMARY KEY, n text NOT NULL, CONSTRAINT named CHECK (n <> ''), CONSTRAINT only_here CHECK (id > 0) NO INHERIT);
CREATE TABLE public.dogs (breed text DEFAULT 'mutt') INHERITS (public.animals);
ALTER TABLE public.animals ADD COLUMN later integer DEFAULT 4;
CREATE TABLE public.pets (owner text, n text);
CREATE TABLE public.lap_dogs (weight numeric, n text DEFAULT 'tiny') INHERITS (public.dogs, public.pets);
INSERT INTO public.animals VALUES (1, 'cat', 1);
INSERT INTO public.dogs (id, n, breed, later) VALUES (2, 'rex', 'boxer', 2), (3, 'fido', NULL, NULL);
INSERT INTO public.lap_dogs (id, n, owner, weight) VALUES (-4, 'mini', 'me', 1.5);

--
-- Keys, constraints and indexes
--
CREATE TABLE public.hens (id integer PRIMARY KEY, egg integer NOT NULL);
CREATE TABLE public.eggs (id integer PRIMARY KEY, hen integer NOT NULL REFERENCES public.hens DEFERRABLE INITIALLY DEFERRED);
ALTER TABLE public.hens ADD CONSTRAINT hens_egg FOREIGN KEY (egg) REFERENCES public.eggs ON UPDATE CASCADE ON DELETE NO ACTION DEFERRABLE;
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO public.hens SELECT i, 101 - i FROM generate_series(1, 100) i;
INSERT INTO public.eggs SELECT i, 101 - i FROM generate_series(1, 100) i;
COMMIT;
CREATE TABLE public.tree (id integer PRIMARY KEY, parent integer REFERENCES public.tree ON DELETE SET NULL, path text UNIQUE NULLS NOT DISTINCT);
INSERT INTO public.tree SELECT i, CASE WHEN i < 50 THEN i + 1 END, 'path ' || i FROM generate_series(1, 50) i;
CREATE TABLE public.unproven (id integer, hen integer, n integer);
INSERT INTO public.unproven VALUES (1, 4711, -1), (2, 1, 1);
ALTER TABLE public.unproven ADD CONSTRAINT unproven_hen FOREIGN KEY (hen) REFERENCES public.hens NOT VALID;
ALTER TABLE public.unproven ADD CONSTRAINT unproven_n CHECK (n > 0) NOT VALID;
COMMENT ON CONSTRAINT unproven_n ON public.unproven IS 'not all rows hold to it';
\if :v18
ALTER TABLE public.unproven ADD CONSTRAINT unproven_not_enforced CHECK (n > 1000) NOT ENFORCED;
CREATE TABLE public.not_null_later (a integer, b integer CONSTRAINT named_not_null NOT NULL);
INSERT INTO public.not_null_later VALUES (NULL, 1);
ALTER TABLE public.not_null_later ADD CONSTRAINT a_later NOT NULL a NOT VALID;
\endif
CREATE TABLE public.excluded (during int4range, EXCLUDE USING gist (during WITH &&) WHERE (NOT isempty(during)));
INSERT INTO public.excluded VALUES ('[1,5)'), ('[5,9)'), ('empty'), ('empty');
CREATE TABLE public.indexed (id integer, a text, b integer, p point, w integer[]);
INSERT INTO public.indexed SELECT i, md5(i::text), i % 10, point(i, -i), ARRAY[i, i % 3] FROM generate_series(1, 1000) i;
CREATE UNIQUE INDEX indexed_partial ON public.indexed (id) INCLUDE (a) WHERE b > 2 AND a <> '''\';
CREATE INDEX indexed_expression ON public.indexed ((b * 2), lower(a) text_pattern_ops, (a || 'x') COLLATE "C" DESC);
ALTER INDEX public.indexed_expression ALTER COLUMN 1 SET STATISTICS 500;
CREATE INDEX indexed_gin ON public.indexed USING gin (w);
CREATE INDEX indexed_gist ON public.indexed USING gist (p);
CREATE INDEX indexed_spgist ON public.indexed USING spgist (p);
CREATE INDEX indexed_brin ON public.indexed USING brin (id int4_minmax_multi_ops) WITH (pages_per_range = 8, autosummarize = on);
CREATE UNIQUE INDEX indexed_key ON public.indexed (id) WITH (fillfactor = 60, deduplicate_items = off);
ALTER TABLE public.indexed ADD CONSTRAINT indexed_by_index UNIQUE USING INDEX indexed_key DEFERRABLE;
COMMENT ON INDEX public.indexed_partial IS 'only some rows';
CREATE TABLE public.duplicates (v integer, "V" integer);
INSERT INTO public.duplicates SELECT i % 10, i FROM generate_series(1, 100) i;
CREATE INDEX duplicates_good ON public.duplicates (v);
\set ON_ERROR_STOP off
CREATE UNIQUE INDEX CONCURRENTLY duplicates_invalid ON public.duplicates (v);
\set ON_ERROR_STOP on
CREATE STATISTICS public.indexed_all (ndistinct, dependencies, mcv) ON a, b FROM public.indexed;
CREATE STATISTICS kinds.indexed_expressions ON lower(a), (b % 3) FROM public.indexed;
ALTER STATISTICS public.indexed_all SET STATISTICS 50;
COMMENT ON STATISTICS public.indexed_all IS 'a and b belong together';

--
-- Storage
--
CREATE TABLE public.tuned (id integer, a text, b text, c text) WITH (fillfactor = 50, autovacuum_enabled = false, autovacuum_vacuum_scale_factor = 0.01, toast.autovacuum_enabled = false, parallel_workers = 2);
ALTER TABLE public.tuned ALTER a SET STORAGE EXTERNAL, ALTER b SET STORAGE MAIN, ALTER b SET STATISTICS 1000, ALTER c SET COMPRESSION pglz, ALTER id SET (n_distinct = -0.5);
INSERT INTO public.tuned SELECT i, repeat(md5(i::text), 40000), repeat('b', 2000), repeat('compressible ', 20000) FROM generate_series(1, 4) i;
INSERT INTO public.tuned VALUES (5, '', NULL, NULL);
CREATE TABLE public.one_big_row (id integer PRIMARY KEY, t text);
INSERT INTO public.one_big_row SELECT 1, string_agg(md5(i::text), CASE WHEN i % 1000 = 0 THEN E'\n\\\t' ELSE '' END ORDER BY i) FROM generate_series(1, 655360) i;
INSERT INTO public.one_big_row VALUES (2, 'small');
CREATE TABLE public.many_rows (id integer, u uuid, at timestamptz, n numeric(12, 2), j jsonb, t text);
INSERT INTO public.many_rows SELECT i, md5(i::text)::uuid, '2026-01-01 00:00:00+00'::timestamptz + i * interval '7 seconds', i * 1.37,
    jsonb_build_object('i', i, 'even', i % 2 = 0, 'tags', ARRAY['t' || i % 7]), repeat(chr(97 + i % 26), i % 50) FROM generate_series(1, 50000) i;
ALTER TABLE public.many_rows ADD PRIMARY KEY (id);
CREATE TABLE public.bloated (id integer PRIMARY KEY, t text) WITH (autovacuum_enabled = false);
INSERT INTO public.bloated SELECT i, md5(i::text) FROM generate_series(1, 20000) i;
DELETE FROM public.bloated WHERE id % 3 <> 0 OR id BETWEEN 5000 AND 15000;
UPDATE public.bloated SET t = t || ' updated' WHERE id % 2 = 0;
CREATE TABLE public.all_deleted (id integer) WITH (autovacuum_enabled = false);
INSERT INTO public.all_deleted SELECT generate_series(1, 5000);
DELETE FROM public.all_deleted;
CREATE TABLE public.clustered (id integer, t text);
INSERT INTO public.clustered SELECT 1000 - i, md5(i::text) FROM generate_series(1, 1000) i;
CREATE INDEX clustered_id ON public.clustered (id);
CLUSTER public.clustered USING clustered_id;
CREATE TABLE public.replica_full (a integer, b text);
ALTER TABLE public.replica_full REPLICA IDENTITY FULL;
CREATE TABLE public.replica_index (a integer NOT NULL, b text);
CREATE UNIQUE INDEX replica_index_a ON public.replica_index (a);
ALTER TABLE public.replica_index REPLICA IDENTITY USING INDEX replica_index_a;
CREATE TABLE public.replica_nothing (a integer PRIMARY KEY);
ALTER TABLE public.replica_nothing REPLICA IDENTITY NOTHING;
CREATE ACCESS METHOD dbops_t_heap TYPE TABLE HANDLER heap_tableam_handler;
COMMENT ON ACCESS METHOD dbops_t_heap IS 'the heap by another name';
CREATE TABLE public.other_access_method (id integer, t text) USING dbops_t_heap;
INSERT INTO public.other_access_method SELECT i, 'heap ' || i FROM generate_series(1, 100) i;

--
-- Functions, operators, casts, text search
--
CREATE FUNCTION owned.definer(x integer, VARIADIC rest text[] DEFAULT '{}') RETURNS TABLE (a integer, b text) LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET work_mem = '8MB' COST 7 ROWS 3 PARALLEL SAFE AS $body$
BEGIN
    -- a comment with 'quotes', $$ and \
    RETURN QUERY SELECT x, array_to_string(rest, E',\t');
END
$body$;
CREATE FUNCTION kinds.standard(i integer) RETURNS bigint LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT i::bigint * 2; SELECT i::bigint * 3; END;
CREATE FUNCTION kinds.reads_hens(OUT hens bigint) LANGUAGE sql STABLE BEGIN ATOMIC SELECT count(*) FROM public.hens; END;
CREATE PROCEDURE kinds.does_nothing(INOUT a integer, b kinds.mood DEFAULT 'ok') LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;
CREATE FUNCTION kinds.overloaded(integer) RETURNS integer LANGUAGE internal IMMUTABLE STRICT AS 'int4abs';
CREATE FUNCTION kinds.overloaded(text) RETURNS text LANGUAGE sql AS 'SELECT $1';
CREATE AGGREGATE kinds.total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0', COMBINEFUNC = int4pl, PARALLEL = SAFE);
CREATE AGGREGATE kinds.nth(double precision ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA, FINALFUNC_MODIFY = READ_WRITE);
CREATE FUNCTION kinds.abs_compare(integer, integer) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS 'SELECT pg_catalog.btint4cmp(pg_catalog.abs($1), pg_catalog.abs($2))';
CREATE FUNCTION kinds.abs_less(integer, integer) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS 'SELECT pg_catalog.abs($1) < pg_catalog.abs($2)';
CREATE FUNCTION kinds.abs_more(integer, integer) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS 'SELECT pg_catalog.abs($1) > pg_catalog.abs($2)';
CREATE FUNCTION kinds.abs_equal(integer, integer) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS 'SELECT pg_catalog.abs($1) = pg_catalog.abs($2)';
CREATE OPERATOR kinds.<|| (FUNCTION = kinds.abs_less, LEFTARG = integer, RIGHTARG = integer, COMMUTATOR = OPERATOR(kinds.||>), RESTRICT = scalarltsel);
CREATE OPERATOR kinds.||> (FUNCTION = kinds.abs_more, LEFTARG = integer, RIGHTARG = integer, COMMUTATOR = OPERATOR(kinds.<||));
CREATE OPERATOR kinds.=|| (FUNCTION = kinds.abs_equal, LEFTARG = integer, RIGHTARG = integer, COMMUTATOR = OPERATOR(kinds.=||), MERGES, HASHES);
CREATE OPERATOR kinds.!~@# (FUNCTION = kinds.overloaded, RIGHTARG = integer);
CREATE OPERATOR FAMILY kinds.abs_family USING btree;
CREATE OPERATOR CLASS kinds.abs_ops FOR TYPE integer USING btree FAMILY kinds.abs_family AS
    OPERATOR 1 kinds.<||, OPERATOR 3 kinds.=||, OPERATOR 5 kinds.||>, FUNCTION 1 kinds.abs_compare(integer, integer);
CREATE TABLE public.by_own_operators (i integer);
INSERT INTO public.by_own_operators SELECT i FROM generate_series(-50, 50) i;
CREATE INDEX by_own_operators_i ON public.by_own_operators (i kinds.abs_ops);
CREATE FUNCTION kinds.mood_number(kinds.mood) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT pg_catalog.length($1::pg_catalog.text)';
CREATE CAST (kinds.mood AS integer) WITH FUNCTION kinds.mood_number(kinds.mood) AS ASSIGNMENT;
CREATE CAST (kinds.meters AS integer) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (kinds.point3 AS kinds.legacy_row) WITH INOUT;
CREATE CONVERSION kinds.from_latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE TEXT SEARCH DICTIONARY kinds.plain (TEMPLATE = pg_catalog.simple, STOPWORDS = english, ACCEPT = false);
CREATE TEXT SEARCH PARSER kinds.parser (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH TEMPLATE kinds.template (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH CONFIGURATION kinds.words (PARSER = kinds.parser);
ALTER TEXT SEARCH CONFIGURATION kinds.words ADD MAPPING FOR asciiword, word WITH kinds.plain, pg_catalog.english_stem;
CREATE TABLE public.searched (t text, v tsvector GENERATED ALWAYS AS (to_tsvector('pg_catalog.english'::regconfig, t)) STORED);
INSERT INTO public.searched (t) VALUES ('The quick brown foxes'), ('');
CREATE INDEX searched_own ON public.searched USING gin (to_tsvector('kinds.words'::regconfig, t));
COMMENT ON FUNCTION owned.definer(integer, text[]) IS 'runs as its owner';
COMMENT ON PROCEDURE kinds.does_nothing(integer, kinds.mood) IS 'nothing';
COMMENT ON AGGREGATE kinds.total(integer) IS 'a sum';
COMMENT ON OPERATOR kinds.!~@# (NONE, integer) IS 'prefix';
COMMENT ON OPERATOR CLASS kinds.abs_ops USING btree IS 'by absolute value';
COMMENT ON OPERATOR FAMILY kinds.abs_family USING btree IS 'of one class';
COMMENT ON CAST (kinds.mood AS integer) IS 'a number';
COMMENT ON CONVERSION kinds.from_latin IS 'as before';
COMMENT ON TEXT SEARCH CONFIGURATION kinds.words IS 'words';
COMMENT ON TEXT SEARCH DICTIONARY kinds.plain IS 'plain';
COMMENT ON TEXT SEARCH PARSER kinds.parser IS 'the default one';
COMMENT ON TEXT SEARCH TEMPLATE kinds.template IS 'the simple one';

--
-- Views, matviews, rules, triggers
--
CREATE VIEW public.barrier WITH (security_barrier = true, check_option = local) AS SELECT id, n FROM public.animals WHERE id > 0;
CREATE VIEW public.invoker WITH (security_invoker = true) AS SELECT * FROM public.barrier;
CREATE VIEW public.grouped_by_key AS SELECT h.id, h.egg, count(*) AS eggs FROM public.hens h JOIN public.eggs e ON e.hen = h.id GROUP BY h.id;
CREATE RECURSIVE VIEW public.ancestors (id, root) AS SELECT t.id, t.id FROM public.tree t WHERE t.parent IS NULL UNION ALL SELECT t.id, a.root FROM public.tree t JOIN ancestors a ON t.parent = a.id;
CREATE MATERIALIZED VIEW public.summed AS SELECT m, count(*) AS rows, sum(n) AS total FROM public.spread GROUP BY m;
CREATE UNIQUE INDEX summed_m ON public.summed (m);
CREATE VIEW public.over_matview AS SELECT m, total FROM public.summed;
CREATE MATERIALIZED VIEW public.over_view WITH (fillfactor = 90) AS SELECT sum(total) AS total FROM public.over_matview WITH DATA;
CREATE MATERIALIZED VIEW public.never_filled AS SELECT * FROM public.many_rows WITH NO DATA;
CREATE INDEX never_filled_id ON public.never_filled (id);
CREATE MATERIALIZED VIEW public.grouped_and_kept AS SELECT h.id, h.egg FROM public.hens h GROUP BY h.id;
CREATE VIEW public."Odd view ' "" \" AS SELECT 1 AS "a""b", ' '' \ $$ '::text AS "c d";
ALTER VIEW public.invoker ALTER COLUMN n SET DEFAULT 'unnamed';
COMMENT ON VIEW public.barrier IS 'a view';
COMMENT ON COLUMN public.barrier.n IS 'of a view';
COMMENT ON MATERIALIZED VIEW public.summed IS 'kept';
CREATE TABLE public.logged (at timestamptz DEFAULT '2026-01-01 00:00:00+00', what text);
CREATE RULE also_log AS ON UPDATE TO public.tree DO ALSO INSERT INTO public.logged (what) VALUES ('rule ' || new.id);
CREATE RULE "Odd rule "" \" AS ON DELETE TO public.invoker WHERE old.id > 10 DO INSTEAD NOTHING;
CREATE RULE instead_delete AS ON DELETE TO public.invoker DO INSTEAD NOTHING;
ALTER TABLE public.tree DISABLE RULE also_log;
COMMENT ON RULE also_log ON public.tree IS 'off';
CREATE FUNCTION public.log_it() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN INSERT INTO public.logged (what) VALUES (TG_NAME || ' ' || TG_OP); RETURN coalesce(new, old); END $$;
CREATE TRIGGER enabled BEFORE INSERT OR UPDATE OF v ON public.identities FOR EACH ROW WHEN (new.v <> 'quiet') EXECUTE FUNCTION public.log_it('an argument', E'with \\ and ''');
CREATE TRIGGER disabled AFTER DELETE ON public.identities FOR EACH ROW EXECUTE FUNCTION public.log_it();
CREATE TRIGGER always_on AFTER TRUNCATE ON public.identities FOR EACH STATEMENT EXECUTE FUNCTION public.log_it();
CREATE TRIGGER on_replica AFTER INSERT ON public.identities REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.log_it();
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON public.eggs DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.log_it();
CREATE TRIGGER on_partitions AFTER INSERT ON public.measured FOR EACH ROW EXECUTE FUNCTION public.log_it();
CREATE TRIGGER instead_of INSTEAD OF INSERT ON public.over_matview FOR EACH ROW EXECUTE FUNCTION public.log_it();
ALTER TABLE public.identities DISABLE TRIGGER disabled, ENABLE ALWAYS TRIGGER always_on, ENABLE REPLICA TRIGGER on_replica;
ALTER TABLE public.measured_2025 DISABLE TRIGGER on_partitions;
COMMENT ON TRIGGER enabled ON public.identities IS 'fires';

--
-- Foreign data
--
\if :has_file_fdw
CREATE EXTENSION file_fdw;
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE public.foreign_file (line text OPTIONS (force_not_null 'true'), n integer DEFAULT 3, CHECK (n > 0)) SERVER files OPTIONS (filename '/nowhere/it''s "odd"', format 'csv');
GRANT USAGE ON FOREIGN SERVER files TO dbops_t_reader;
COMMENT ON SERVER files IS 'files';
COMMENT ON FOREIGN TABLE public.foreign_file IS 'its rows are elsewhere';
\endif
\if :has_postgres_fdw
CREATE EXTENSION postgres_fdw;
CREATE SERVER elsewhere TYPE 'postgres' VERSION '1' FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'nowhere.invalid', dbname 'none');
CREATE USER MAPPING FOR dbops_t_owner SERVER elsewhere OPTIONS (user 'u', password 'not \ ''secret');
CREATE USER MAPPING FOR PUBLIC SERVER elsewhere;
CREATE FOREIGN TABLE public.foreign_rows (a integer, "b c" text) SERVER elsewhere OPTIONS (table_name 't');
CREATE FOREIGN TABLE public.listed_elsewhere PARTITION OF public.listed FOR VALUES IN ('elsewhere') SERVER elsewhere;
\endif
CREATE FOREIGN DATA WRAPPER dbops_t_wrapper OPTIONS (a 'b');
CREATE SERVER unused FOREIGN DATA WRAPPER dbops_t_wrapper;
CREATE FOREIGN TABLE public.foreign_nothing (a integer NOT NULL) SERVER unused;
COMMENT ON FOREIGN DATA WRAPPER dbops_t_wrapper IS 'does nothing';

--
-- Large objects
--
SELECT lo_create(910000) AS ignored \gset
SELECT lo_from_bytea(910000 + i, convert_to(repeat('object ' || i || E'\n\\', i * i * 50), 'UTF8')) AS ignored FROM generate_series(1, 17) i \g /dev/null
SELECT lo_from_bytea(910018, (SELECT string_agg(decode(md5(i::text), 'hex'), '' ORDER BY i) FROM generate_series(1, 160000) i)) AS ignored \gset
SELECT lo_from_bytea(910019, (SELECT string_agg(decode(md5((-i)::text), 'hex'), '' ORDER BY i) FROM generate_series(1, 200000) i)) AS ignored \gset
SELECT lo_put(910000 + 17, 5000000, '\x656e64206f662061206c6f6e6720686f6c65') AS ignored \gset
COMMENT ON LARGE OBJECT 910001 IS 'the ''first'' \ one';
ALTER LARGE OBJECT 910002 OWNER TO dbops_t_owner;
ALTER LARGE OBJECT 910003 OWNER TO dbops_t_owner;
GRANT SELECT ON LARGE OBJECT 910003, 910004 TO dbops_t_reader;
GRANT SELECT, UPDATE ON LARGE OBJECT 910005 TO dbops_t_owner WITH GRANT OPTION;
GRANT SELECT ON LARGE OBJECT 910006 TO PUBLIC;
CREATE TABLE public.refers_to_objects (o oid, l oid);
INSERT INTO public.refers_to_objects SELECT 910000 + i, 910000 + i FROM generate_series(0, 19) i;

--
-- Row security
--
CREATE TABLE public.guarded (id integer PRIMARY KEY, who name DEFAULT current_user, t text);
INSERT INTO public.guarded SELECT i, CASE i % 2 WHEN 0 THEN 'dbops_t_owner' ELSE 'dbops_t_reader' END, 'row ' || i FROM generate_series(1, 20) i;
ALTER TABLE public.guarded ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON public.guarded FOR ALL TO dbops_t_reader, dbops_t_owner USING (who = current_user) WITH CHECK (who = current_user);
CREATE POLICY "Odd policy "" \" ON public.guarded AS RESTRICTIVE FOR SELECT TO PUBLIC USING (id < 100);
COMMENT ON POLICY own_rows ON public.guarded IS 'one''s own';
CREATE TABLE owned.guarded_from_its_owner (id integer, t text);
INSERT INTO owned.guarded_from_its_owner SELECT i, 'x' FROM generate_series(1, 20) i;
ALTER TABLE owned.guarded_from_its_owner OWNER TO dbops_t_owner;
ALTER TABLE owned.guarded_from_its_owner ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY half_of_them ON owned.guarded_from_its_owner USING (id % 2 = 0);

--
-- Owners and privileges
--
CREATE TABLE owned.things (id serial PRIMARY KEY, a text, b text, "c d" text);
INSERT INTO owned.things (a) VALUES ('one'), ('two');
ALTER TABLE owned.things OWNER TO dbops_t_owner;
ALTER FUNCTION owned.definer(integer, text[]) OWNER TO dbops_t_owner;
ALTER TYPE kinds.mood OWNER TO dbops_t_owner;
ALTER MATERIALIZED VIEW public.summed OWNER TO dbops_t_owner;
GRANT SELECT ON public.spread TO dbops_t_owner;
GRANT USAGE ON SCHEMA kinds TO dbops_t_owner, dbops_t_reader WITH GRANT OPTION;
GRANT USAGE, CREATE ON SCHEMA "Odd Schema "" \ 100%s" TO "dbops_t Ödd \ ""role"" 100%";
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT CREATE ON SCHEMA public TO dbops_t_owner;
REVOKE ALL ON FUNCTION owned.definer(integer, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION owned.definer(integer, text[]) TO dbops_t_reader;
GRANT SELECT ("c d", a), UPDATE (b) ON owned.things TO dbops_t_reader;
SET ROLE dbops_t_owner;
GRANT SELECT, INSERT ON owned.things TO "dbops_t Ödd \ ""role"" 100%" WITH GRANT OPTION;
RESET ROLE;
GRANT ALL ON public.tree TO dbops_t_reader;
REVOKE UPDATE ON public.tree FROM dbops_t_reader;
REVOKE ALL ON public.hens FROM CURRENT_USER;
GRANT SELECT ON public.hens TO PUBLIC;
GRANT USAGE ON SEQUENCE public.called TO dbops_t_reader;
REVOKE USAGE ON TYPE kinds.positive FROM PUBLIC;
GRANT USAGE ON TYPE kinds.positive TO dbops_t_reader;
GRANT SELECT ON pg_catalog.pg_authid TO dbops_t_reader;
REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC;
GRANT USAGE ON LANGUAGE plpgsql TO dbops_t_reader;
\if :v17
GRANT MAINTAIN ON public.tree TO dbops_t_owner;
\endif
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO dbops_t_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE dbops_t_owner IN SCHEMA owned GRANT USAGE ON SEQUENCES TO dbops_t_reader WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES FOR ROLE dbops_t_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE "dbops_t Ödd \ ""role"" 100%" GRANT USAGE ON TYPES TO dbops_t_reader;

--
-- Publications; the event trigger comes last, or it would see all that is above
--
SET client_min_messages = error;
CREATE PUBLICATION some_tables FOR TABLE public.replica_full, public.many_rows WHERE (id > 10), TABLES IN SCHEMA owned WITH (publish = 'insert, update', publish_via_partition_root = true);
CREATE PUBLICATION all_tables FOR ALL TABLES WITH (publish = 'truncate');
CREATE PUBLICATION "Odd publication "" \ %s" FOR TABLE ONLY public.animals (id, n);
SET client_min_messages = warning;
COMMENT ON PUBLICATION some_tables IS 'some';
CREATE FUNCTION kinds.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; END $$;
CREATE EVENT TRIGGER dbops_t_on_ddl ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'DROP TABLE') EXECUTE FUNCTION kinds.on_ddl();
CREATE EVENT TRIGGER dbops_t_off ON sql_drop EXECUTE FUNCTION kinds.on_ddl();
ALTER EVENT TRIGGER dbops_t_off DISABLE;
COMMENT ON EVENT TRIGGER dbops_t_on_ddl IS 'sees tables come and go';

--
-- What only some tests can use
--
\if :{?tablespace}
SET allow_in_place_tablespaces = true;
SELECT $$CREATE TABLESPACE dbops_t_space LOCATION ''$$ WHERE NOT EXISTS (SELECT FROM pg_tablespace WHERE spcname = 'dbops_t_space') \gexec
CREATE TABLE public.in_tablespace (id integer PRIMARY KEY USING INDEX TABLESPACE dbops_t_space, t text) TABLESPACE dbops_t_space;
INSERT INTO public.in_tablespace SELECT i, 'elsewhere' FROM generate_series(1, 100) i;
CREATE INDEX in_tablespace_t ON public.in_tablespace (t) TABLESPACE dbops_t_space;
\endif
\if :{?subscription}
CREATE SUBSCRIPTION dbops_t_subscription CONNECTION 'host=nowhere.invalid dbname=none' PUBLICATION p WITH (connect = false, slot_name = 'dbops_t_slot');
COMMENT ON SUBSCRIPTION dbops_t_subscription IS 'disabled';
\endif
DROP FUNCTION pg_temp.works(text), pg_temp.has(text);
