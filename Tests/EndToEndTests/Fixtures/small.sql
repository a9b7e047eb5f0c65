-- A small, ordinary database: ten tables, 5,000 rows, made in a moment. For PostgreSQL 15 and later.
--   psql -X -q -v ON_ERROR_STOP=1 -d DATABASE -f small.sql
SET client_min_messages = warning;
CREATE TYPE state AS ENUM ('open', 'paid', 'shipped');
CREATE TABLE countries (code char(2) PRIMARY KEY, name text NOT NULL);
CREATE TABLE customers (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, country char(2) REFERENCES countries, joined date);
CREATE TABLE products (id serial PRIMARY KEY, name text NOT NULL UNIQUE, price numeric(10, 2) CHECK (price > 0), tags text[]);
CREATE TABLE orders (id bigint PRIMARY KEY, customer integer NOT NULL REFERENCES customers, at timestamptz NOT NULL, state state DEFAULT 'open');
CREATE TABLE lines (order_id bigint REFERENCES orders ON DELETE CASCADE, product integer REFERENCES products, quantity integer, PRIMARY KEY (order_id, product));
CREATE TABLE payments (id uuid PRIMARY KEY, order_id bigint REFERENCES orders, amount numeric(12, 2), paid_at timestamptz);
CREATE TABLE events (id bigserial PRIMARY KEY, at timestamptz, body jsonb);
CREATE TABLE notes (customer integer REFERENCES customers, body text);
CREATE TABLE settings (key text PRIMARY KEY, value text);
CREATE TABLE queue (id integer PRIMARY KEY, payload bytea);

INSERT INTO countries SELECT chr(65 + i) || chr(65 + j), 'Country ' || i * 10 + j FROM generate_series(0, 9) i, generate_series(0, 9) j;
INSERT INTO customers (name, country, joined) SELECT 'Customer ' || i, 'A' || chr(65 + i % 10), '2020-01-01'::date + i FROM generate_series(1, 500) i;
INSERT INTO products (name, price, tags) SELECT 'Product ' || i, i * 1.25, ARRAY['tag ' || i % 5, NULL] FROM generate_series(1, 200) i;
INSERT INTO orders SELECT i, i % 500 + 1, '2026-01-01 00:00:00+00'::timestamptz + i * interval '1 hour', (enum_range(NULL::state))[i % 3 + 1] FROM generate_series(1, 1000) i;
INSERT INTO lines SELECT i, i % 200 + 1, i % 9 + 1 FROM generate_series(1, 1000) i;
INSERT INTO payments SELECT md5(i::text)::uuid, i, i * 1.5, '2026-02-01 00:00:00+00'::timestamptz + i * interval '1 minute' FROM generate_series(1, 700) i;
INSERT INTO events (at, body) SELECT '2026-03-01 00:00:00+00'::timestamptz + i * interval '1 second', jsonb_build_object('n', i, 'text', repeat('x', i % 40)) FROM generate_series(1, 1000) i;
INSERT INTO notes SELECT i, E'A note\twith a tab,\na line and a backslash \\ for ' || i FROM generate_series(1, 400) i;
INSERT INTO settings VALUES ('currency', 'EUR'), ('empty', ''), ('nothing', NULL);
INSERT INTO queue SELECT i, decode(md5(i::text), 'hex') FROM generate_series(1, 97) i;
CREATE INDEX events_body ON events USING gin (body);
CREATE INDEX orders_at ON orders (at DESC) WHERE state <> 'shipped';
CREATE VIEW open_orders AS SELECT o.id, c.name, o.at FROM orders o JOIN customers c ON c.id = o.customer WHERE o.state = 'open';
COMMENT ON TABLE orders IS 'what was ordered';
