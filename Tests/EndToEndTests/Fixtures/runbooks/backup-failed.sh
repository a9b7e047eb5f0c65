# shellcheck shell=bash
# Somebody has made a table that the role of the backups may not read.
start_server db1
make_shop
sql -d shop -c "CREATE ROLE backup LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO backup;
  GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO backup"
SHOP_URL=postgresql://backup@/shop write_job_file 'schedule = "0 2 * * *"' 'globals = false' </dev/null
dbops run nightly
sql -d shop -c "CREATE TABLE payments (id serial PRIMARY KEY, amount numeric)"
dbops run nightly || [ $? = 77 ]
