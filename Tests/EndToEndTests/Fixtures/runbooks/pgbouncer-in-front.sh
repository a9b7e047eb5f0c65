# shellcheck shell=bash
# needs: pgbouncer
# The address of the database now leads to a PgBouncer that shares connections by transaction.
start_server db1
make_shop
start_pgbouncer db1
SHOP_URL="service=pooler dbname=shop" write_job_file </dev/null
