# shellcheck shell=bash
# Two days ago a colleague has edited the job file, and the daemon did not come up again after a restart.
start_server db1
make_shop
write_job_file 'schedule = "0 2 * * *"' 'alert_after = "26h"' </dev/null
faketime -f -2d dbops run nightly
sed -i 's/^alert_after/alert_aftr/' "$DBOPS_CONFIG"
dbops daemon || [ $? = 78 ]
