# shellcheck shell=bash
# Backups slow the primary down in the daytime; there is a standby that could be read in its place.
start_server db1
start_standby standby db1
make_shop
SHOP_URL="service=db1 dbname=shop" SHOP_KEYS='# read_url = ""' write_job_file </dev/null
dbops run nightly
wait_until "SELECT bool_and(replay_lsn >= pg_current_wal_lsn()) FROM pg_stat_replication"
