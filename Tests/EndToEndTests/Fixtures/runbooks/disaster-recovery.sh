# shellcheck shell=bash
# needs: s3
# The server and the machine of dbops are gone. There is a new server, the bucket, and stock tools.
start_server db1
make_bucket
make_shop
sql -d shop -c "CREATE ROLE web LOGIN PASSWORD 'kept'; GRANT SELECT, INSERT ON orders TO web; ALTER TABLE items OWNER TO web"
write_job_file </dev/null
dbops run nightly
dbops run nightly
# The server died in the middle of the second one.
aws s3 rm "s3://acme-backups/prod/nightly/$(dbops list nightly --json | jq -r .backup | tail -n 1)/manifest.json"
forget_server db1
rm -r "$PLACE/bin/dbops" "$DBOPS_CONFIG" state
start_server db2
