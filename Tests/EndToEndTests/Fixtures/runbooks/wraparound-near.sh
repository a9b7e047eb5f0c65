# shellcheck shell=bash
# A standby with hot_standby_feedback was taken away long ago. Its slot keeps every row for it: nothing could be frozen since.
start_server db1
make_shop
sql -d postgres -c "SELECT pg_create_physical_replication_slot('old_replica')"
start_standby standby db1 'hot_standby_feedback = on' "primary_slot_name = 'old_replica'"
wait_until "SELECT xmin IS NOT NULL FROM pg_replication_slots"
forget_server standby
write_job_file <<'TOML'
[jobs.housekeeping]
kind = "maintain"
database = "shop"
TOML
advance_transactions db1 1550000000
