/// Databases with awkward names, tables and rows.
enum ExampleDatabases {
    static let names = ["shop", "bytes", "empty"]

    static func create(on server: TestServer) throws {
        try server.run("createdb shop && psql -qX -v ON_ERROR_STOP=1 shop >&2", input: shop)
        try server.run("createdb -T template0 -E SQL_ASCII --locale=C bytes")
        _ = try server.bytes(
            "psql -qX -v ON_ERROR_STOP=1 bytes >&2",
            input: Array("create table \"na".utf8) + [0xfc] + Array("me\" (\"sp".utf8) + [0xff, 0xfe]
                + Array("lte\" text); insert into \"na".utf8) + [0xfc] + Array("me\" values ('w".utf8) + [0xe9]
                + Array("rt');".utf8))
        try server.run("createdb empty")
    }

    private static let shop = #"""
        create table plain (id int generated always as identity primary key, body text, made timestamptz default now());
        insert into plain (body) select repeat('row ' || n, n % 50) from generate_series(1, 3000) n;
        create schema "We ird";
        create table "We ird"."Odd ""na,me(" ("a,b" int, "c""d" text, "e)f" text, "sélect" int generated always as ("a,b" * 2) stored);
        insert into "We ird"."Odd ""na,me(" values (1, E'tab\there', E'\\.'), (2, null, E'back\\slash\nnewline'), (3, '', '\N');
        alter table "We ird"."Odd ""na,me(" add dropped int;
        alter table "We ird"."Odd ""na,me(" drop dropped;
        create table "We ird".lines (body text);
        insert into "We ird".lines values (E'\\.'), (E'\r\n'), (E'\\.\n\n\n'), (''), (null), (E'\\'), (E'\t');
        create table zero (); insert into zero default values; insert into zero default values;
        create table nothing (id int);
        create unlogged table unlogged_one as select 1 as id;
        create type mood as enum ('sad', 'ok');
        create table hashed (m mood, t text) partition by hash (m);
        create table hashed_0 partition of hashed for values with (modulus 2, remainder 0);
        create table hashed_1 (t text, m mood);
        alter table hashed attach partition hashed_1 for values with (modulus 2, remainder 1);
        insert into hashed values ('sad', 'x'), ('ok', 'y'), ('ok', E'z\t');
        create sequence counter; select nextval('counter');
        create view listed as select id from plain;
        create materialized view counted as select count(*) from plain;
        create function twice(int) returns int language sql as 'select $1 * 2';
        comment on table plain is 'a ''comment'' ü';
        grant select on plain to public;
        select lo_from_bytea(0, 'hello'), lo_from_bytea(0, ''), lo_from_bytea(0, decode(repeat('00ff', 5000), 'hex'));
        """#
}
