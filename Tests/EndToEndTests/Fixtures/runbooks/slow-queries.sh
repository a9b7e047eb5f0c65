# shellcheck shell=bash
# needs: statements
# Two troubles at once: a session holds a lock and does nothing, and a query reads a whole table for want of an index.
start_server db1 "shared_preload_libraries = 'pg_stat_statements'"
make_shop
sql -d shop -c "CREATE EXTENSION pg_stat_statements" \
  -c "CREATE TABLE visits AS SELECT n AS id, n % 5000 AS customer_id FROM generate_series(1, 200000) n" -c "ANALYZE visits" \
  -c "SELECT pg_stat_statements_reset()"
write_job_file </dev/null
for n in $(seq 40); do echo "SELECT count(*) FROM visits WHERE customer_id = $n;"; done | sql -d shop >/dev/null
idle_session admin 'dbname=shop' "BEGIN; UPDATE orders SET state = 'late' WHERE id = 1;"
background psql -X -d 'dbname=shop application_name=web' -c "UPDATE orders SET state = 'sent' WHERE id = 1"
wait_until "SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'web' AND wait_event_type = 'Lock'"
