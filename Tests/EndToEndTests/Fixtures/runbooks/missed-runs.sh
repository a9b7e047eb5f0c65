# shellcheck shell=bash
# The machine was off for three nights: the daemon ran before, and has caught up since.
has_proof() { dbops runs prove | grep succeeded; }
start_server db1
make_shop
write_job_file 'schedule = "0 2 * * *"' 'catch_up = "one"' </dev/null
run_daemon_at "$(date -u -d '4 days ago' +%Y-%m-%d) 01:30"
background dbops daemon
wait_for 120 has_proof || die "the daemon has not caught up"
# It is not to run anything while the runbook does.
kill -TERM $!
wait $!
