# shellcheck shell=bash
# A replica was taken away, and its replication slot forgotten: the server keeps all WAL for it.
start_server db1 'max_wal_size = 64MB' 'min_wal_size = 32MB' 'wal_keep_size = 0'
make_shop
write_job_file </dev/null
sql -d postgres -c "SELECT pg_create_physical_replication_slot('old_replica', true)"
for _ in 1 2 3 4 5 6 7 8; do
  sql -d shop -c "CREATE TABLE t AS SELECT 1; DROP TABLE t; SELECT pg_switch_wal()"
done
