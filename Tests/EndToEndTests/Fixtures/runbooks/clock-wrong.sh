# shellcheck shell=bash
# The clock was four days ahead after a restart of the machine; somebody has set it right, and the daemon waits.
start_server db1
make_shop
write_job_file 'schedule = "0 2 * * *"' </dev/null
run_daemon_at '4 days'
background dbops daemon
wait_for 120 grep -q accept-clock "$PLACE/background/log"
