# shellcheck shell=bash
# A statement without its WHERE has emptied a table, and the application is still connected.
start_server db1
make_shop
write_job_file </dev/null
dbops run nightly
dbops run prove
sql -d shop -c "DELETE FROM items; UPDATE orders SET state = 'cancelled'"
background psql -X -d shop -c "SET application_name = 'web'; SELECT pg_sleep(600)"
wait_until "SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'web'"
