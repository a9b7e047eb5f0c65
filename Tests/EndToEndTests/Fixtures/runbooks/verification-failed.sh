# shellcheck shell=bash
# The disk of the store has flipped a byte in the newest backup, after it was written.
start_server db1
make_shop
write_job_file 'schedule = "0 2 * * *"' 'retention = { last = 1 }' </dev/null
dbops run nightly
dbops run prove
sql -d shop -c "INSERT INTO customers (email, name) VALUES ('new@example.com', 'New')"
dbops run nightly
newest=$(printf '%s\n' backups/nightly/*Z-?????? | tail -n 1)
file=$(find "$newest" -name '*.dat.gz' -printf '%s %p\n' | sort -n | tail -n 1 | cut -d ' ' -f 2)
printf '\xff' | dd of="$file" bs=1 seek=5000 conv=notrunc status=none
dbops run prove || [ $? = 65 ]
