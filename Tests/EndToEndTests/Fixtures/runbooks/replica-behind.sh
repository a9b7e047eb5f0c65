# shellcheck shell=bash
# A report on the standby has been open for hours; the standby may wait for it without limit, and replays nothing.
start_server db1
start_standby standby db1 'max_standby_streaming_delay = -1' 'hot_standby_feedback = off'
make_shop
write_job_file </dev/null
wait_until "SELECT bool_and(replay_lsn >= pg_current_wal_lsn()) FROM pg_stat_replication"
idle_session report 'service=standby dbname=shop' "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM items;"
sql -d shop -c "DELETE FROM items WHERE line = 1"
sql -d shop -c "VACUUM items"
sql -d shop -c "CREATE TABLE ballast AS SELECT n, repeat('x', 500) FROM generate_series(1, 20000) n"
wait_for 60 is_true "SELECT replay_lsn < pg_current_wal_lsn() - 1000000 FROM pg_stat_replication"
