-- A dump holds only those of its rows that the extension has not brought itself: the condition is not in the archive.
CREATE TABLE setting (name text PRIMARY KEY, value text, built_in boolean NOT NULL DEFAULT false);
INSERT INTO setting VALUES ('version', '1', true), ('it''s "built in"', 'x', true);
SELECT pg_catalog.pg_extension_config_dump('setting', 'WHERE NOT built_in AND name <> ''it''''s''');
CREATE TABLE everything (id integer PRIMARY KEY);
SELECT pg_catalog.pg_extension_config_dump('everything', '');
CREATE TABLE not_dumped (id integer);
INSERT INTO not_dumped VALUES (1);
CREATE SEQUENCE counter;
SELECT pg_catalog.pg_extension_config_dump('counter', '');
