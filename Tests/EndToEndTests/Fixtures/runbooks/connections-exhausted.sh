# shellcheck shell=bash
# A release of the web application forgets to end its transactions, and has taken all connections.
start_server db1 'max_connections = 20' 'max_wal_senders = 2'
make_shop
sql -d shop -c "CREATE ROLE backup LOGIN IN ROLE pg_read_all_data; CREATE ROLE web LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO web"
SHOP_URL=postgresql://backup@/shop write_job_file 'globals = false' </dev/null
for _ in $(seq 17); do idle_session web 'dbname=shop user=web' "BEGIN; SELECT count(*) FROM orders;"; done
