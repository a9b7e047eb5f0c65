# shellcheck shell=bash
# A migration has dropped the table of items, and emptied the open orders; the shop goes on selling meanwhile.
start_server db1
make_shop
sql -d shop -c "CREATE ROLE web; GRANT SELECT ON items TO web; UPDATE orders SET state = 'open' WHERE id <= 40"
write_job_file </dev/null
dbops run nightly
sql -d shop -c "DROP TABLE items" -c "DELETE FROM orders WHERE state = 'open'" \
  -c "INSERT INTO orders (customer_id, state) SELECT n, 'new' FROM generate_series(1, 3) n"
