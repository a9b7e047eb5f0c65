# shellcheck shell=bash
# A new server is ready and empty; the old one still serves.
start_server db1
start_server db2
make_shop
sql -d shop -c "CREATE ROLE web LOGIN PASSWORD 'kept'; GRANT SELECT, INSERT ON orders TO web; ALTER TABLE items OWNER TO web"
SHOP_URL="service=db1 dbname=shop" write_job_file </dev/null
dbops run nightly
