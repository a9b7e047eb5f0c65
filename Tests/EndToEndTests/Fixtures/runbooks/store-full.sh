# shellcheck shell=bash
# needs: s3
# The provider of the bucket has set a limit, and the backups have reached it.
start_server db1
make_bucket
make_shop
write_job_file 'schedule = "0 2 * * *"' </dev/null
dbops run nightly
dbops run nightly
dbops run prove
s3_admin quota set --quota-scope=bucket --max-size=185K
s3_admin quota enable --quota-scope=bucket
sql -d shop -c "CREATE TABLE logs AS SELECT n, gen_random_uuid() FROM generate_series(1, 500) n"
dbops run nightly || [ $? = 73 ]
