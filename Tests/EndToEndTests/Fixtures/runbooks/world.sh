# shellcheck shell=bash
# The world of a runbook: servers, a job file, buckets and what goes wrong with them, made so that the commands of the
# runbook run as they are written. Sourced before the set-up of a runbook; `world.sh stop` takes down what is left.
#
# From the test: PLACE (a folder of the runbook's own), REPOSITORY, DBOPS (the program), PG_BIN; for S3 DBOPS_TEST_S3,
# DBOPS_TEST_SERVERS and DBOPS_TEST_TOOLS.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "${REPOSITORY:?}/scripts/lib.sh"

mkdir -p "$PLACE/bin" "$PLACE/home" "$PLACE/servers" "$PLACE/background"
ln -sf "$DBOPS" "$PLACE/bin/dbops"
# Where a runbook works: `backups` is the directory store, `dbops.toml` the job file.
home=$PLACE/home
export HOME=$home TMPDIR=$PLACE/tmp DBOPS_CONFIG=$home/dbops.toml PGUSER=postgres PGSERVICEFILE=$home/.pg_service.conf
export PATH=$PLACE/bin:$PG_BIN:/usr/bin:/bin:/usr/sbin

# start_server NAME [LINE OF postgresql.conf…]: a PostgreSQL server, reached by `service=NAME` too. The first is the one
# that PGHOST and PGPORT name.
start_server() {
  local name=$1 settings
  shift
  settings=$(PGTCP=1 PGBIN=$PG_BIN PGSETTINGS=$(printf '%s\n' "$@") \
    "$REPOSITORY/scripts/test-servers/postgres" start "$PLACE/servers/$name")
  (
    eval "$settings"
    know_server "$name" "$PGPORT"
  )
  [ -n "${PGHOST:-}" ] || {
    eval "$settings"
    unset PGDATABASE
  }
}

know_server() {
  printf '[%s]\nhost=%s\nport=%s\nuser=postgres\n' "$1" "$PLACE/servers/$1" "$2" >>"$PGSERVICEFILE"
}

# start_standby NAME PRIMARY [LINE OF postgresql.conf…]: a hot standby that has caught up.
start_standby() {
  local name=$1 primary=$2 folder=$PLACE/servers/$1 port
  shift 2
  port=$(free_ports 1)
  mkdir "$folder"
  touch "$folder/.throw-away"
  chmod 700 "$folder"
  [ "$(id -u)" != 0 ] || chown postgres: "$folder"
  (
    cd "$folder"
    as_postgres "$PG_BIN/pg_basebackup" -D data -d "$(conninfo "$primary") application_name=$name" -R -c fast --no-sync
    printf '%s\n' "port = $port" "unix_socket_directories = '$folder'" "$@" >>data/postgresql.conf
    as_postgres "$PG_BIN/pg_ctl" -D data -l log -w -s start
  )
  know_server "$name" "$port"
  wait_until "SELECT count(*) > 0 FROM pg_stat_replication WHERE replay_lsn >= pg_current_wal_lsn()"
}

# forget_server NAME: it is lost, with all its data.
forget_server() {
  PGBIN=$PG_BIN "$REPOSITORY/scripts/test-servers/postgres" stop "$PLACE/servers/$1"
  [ "${PGHOST:-}" != "$PLACE/servers/$1" ] || unset PGHOST PGPORT
}

# advance_transactions NAME ID: as if transactions up to that id had come and gone. What became of them stands in files of
# 256 KiB, four to a byte.
advance_transactions() {
  local data=$PLACE/servers/$1/data
  (
    cd "$data"
    as_postgres "$PG_BIN/pg_ctl" -D "$data" -m fast -w -s stop
    as_postgres "$PG_BIN/pg_resetwal" -f -x "$2" "$data"
    head -c 262144 /dev/zero >"pg_xact/$(printf %04X $(($2 / 1048576)))"
    [ "$(id -u)" != 0 ] || chown postgres: pg_xact/*
    as_postgres "$PG_BIN/pg_ctl" -D "$data" -l ../log -w -s start
  )
}

# ask_for_passwords NAME: whoever comes over TCP must know one.
ask_for_passwords() {
  sed -i 's/^\(host.*\)trust$/\1scram-sha-256/' "$PLACE/servers/$1/data/pg_hba.conf"
  sql -d postgres -c "SELECT pg_reload_conf()"
}

# start_pgbouncer NAME: a PgBouncer in front of the server, in transaction mode, reached by `service=pooler`.
start_pgbouncer() {
  local port folder=$PLACE/servers/pooler user=()
  port=$(free_ports 1)
  mkdir "$folder"
  printf '%s\n' '[databases]' "* = host=$PLACE/servers/$1 port=$PGPORT user=postgres" '[pgbouncer]' \
    'listen_addr = 127.0.0.1' "listen_port = $port" 'unix_socket_dir =' 'auth_type = any' 'pool_mode = transaction' \
    'admin_users = postgres' 'ignore_startup_parameters = extra_float_digits' >"$folder/pgbouncer.ini"
  [ "$(id -u)" != 0 ] || user=(setpriv --reuid=postgres --regid=postgres --clear-groups)
  background "${user[@]}" pgbouncer "$folder/pgbouncer.ini"
  printf '[pooler]\nhost=127.0.0.1\nport=%s\nuser=postgres\n' "$port" >>"$PGSERVICEFILE"
  wait_for 60 sql -d 'service=pooler dbname=shop' -c 'SELECT 1'
}

# How the server NAME is reached by its socket.
conninfo() {
  sed -n "/^\[$1\]/,/^\[/{/^\[/d;p}" "$PGSERVICEFILE" | tr '\n' ' '
}

sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }

# wait_until QUERY [DATABASE]: until the query gives true, on the server that PGHOST names.
wait_until() {
  wait_for 120 is_true "$@" || die "this did not become true: $1"
}
is_true() { [ "$(sql -d "${2:-postgres}" -c "$1")" = t ]; }

# idle_session NAME CONNINFO STATEMENTS: a session of that application that runs them, and then does nothing more.
idle_session() {
  local pipe writer before where="application_name = '$1' AND state LIKE 'idle%'"
  pipe=$(mktemp -u "$PLACE/background/pipe.XXXXXX")
  before=$(sql -d "${2% user=*}" -c "SELECT count(*) FROM pg_stat_activity WHERE $where")
  mkfifo "$pipe"
  background psql -X -d "$2 application_name=$1" -f "$pipe"
  exec {writer}>"$pipe"
  echo "$3" >&"$writer"
  wait_until "SELECT count(*) > $before FROM pg_stat_activity WHERE $where" "${2% user=*}"
}

# A small shop: customers, orders and their items.
make_shop() {
  sql -d postgres -c 'CREATE DATABASE shop'
  sql -d shop <<'SQL'
CREATE TABLE customers (id serial PRIMARY KEY, email text NOT NULL UNIQUE, name text NOT NULL);
CREATE TABLE orders (id serial PRIMARY KEY, customer_id int NOT NULL REFERENCES customers,
  created_at timestamptz NOT NULL DEFAULT now(), state text NOT NULL DEFAULT 'open');
CREATE INDEX orders_created_at ON orders (created_at);
CREATE TABLE items (order_id int REFERENCES orders, line int, sku text NOT NULL, price numeric(10, 2) NOT NULL,
  PRIMARY KEY (order_id, line));
INSERT INTO customers (email, name) SELECT n || '@example.com', 'Customer ' || n FROM generate_series(1, 500) n;
INSERT INTO orders (customer_id, created_at, state)
  SELECT 1 + n % 500, now() - n * interval '1 minute', 'paid' FROM generate_series(1, 2000) n;
INSERT INTO items SELECT 1 + n / 2, 1 + n % 2, 'sku-' || n % 97, n % 100 FROM generate_series(2, 3999) n;
ANALYZE;
SQL
}

# write_job_file [KEY OF nightly…]: a job file with the database shop, the stores, the jobs nightly and prove, and what
# comes by standard input. Stores: `offsite` where there is a bucket, else `local`, beside the job file.
write_job_file() {
  {
    printf '[daemon]\ntimezone = "UTC"\ncatch_up_spread = "0s"\nlisten = ""\nstate = "%s/state"\n' "$home"
    printf '[databases.shop]\nurl = "%s"\n' "${SHOP_URL:-postgresql:///shop}"
    [ -z "${SHOP_KEYS:-}" ] || printf '%s\n' "$SHOP_KEYS"
    if [ -n "${AWS_ENDPOINT_URL:-}" ]; then
      printf '[stores.offsite]\nurl = "s3://acme-backups/prod"\nendpoint = "%s"\npath_style = true\n' "$AWS_ENDPOINT_URL"
      [ -z "${STORE_KEYS:-}" ] || printf '%s\n' "$STORE_KEYS"
    else
      printf '[stores.local]\nurl = "backups"\n'
    fi
    printf '[jobs.nightly]\nkind = "backup"\ndatabase = "shop"\nstores = ["%s"]\n' \
      "$([ -n "${AWS_ENDPOINT_URL:-}" ] && echo offsite || echo local)"
    if [ $# -gt 0 ]; then printf '%s\n' "$@"; else printf 'schedule = "0 2 * * *"\n'; fi
    printf '[jobs.prove]\nkind = "verify"\nof = "nightly"\nafter = "nightly"\n'
    cat
  } >"$DBOPS_CONFIG"
}

# background COMMAND…: something that lasts as long as the runbook; its output is in background/log.
background() {
  "$@" </dev/null >>"$PLACE/background/log" 2>&1 &
  echo $! >"$PLACE/background/$!"
}

# run_daemon_at TIME: a daemon that believes that it is so late, as date(1) reads it in UTC, from its start to its end;
# it takes note of its jobs, and that is all.
run_daemon_at() {
  local library offset=$(($(date -u -d "$1" +%s) - $(date +%s))) pid log=$PLACE/background/then
  library=$(ls /usr/lib/*/faketime/libfaketimeMT.so.1)
  LD_PRELOAD=$library FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME=$(printf %+d "$offset") \
    /usr/bin/env dbops daemon </dev/null >"$log" 2>&1 &
  pid=$!
  touch "$PLACE/background/$pid"
  wait_for 60 grep -q "The daemon runs" "$log" || die "the daemon did not start"
  sleep 1
  kill -TERM "$pid"
  wait "$pid"
}

# make_bucket: the bucket acme-backups, of a tenant of this runbook's own, and its keys in the environment.
make_bucket() {
  tenant=t$(basename "$PLACE" | tr -dc 'a-zA-Z0-9')
  s3_admin user create --display-name=ops --access-key="$tenant" --secret-key=ops-secret >/dev/null
  export AWS_ACCESS_KEY_ID=$tenant AWS_SECRET_ACCESS_KEY=ops-secret AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
  export AWS_ENDPOINT_URL=$DBOPS_TEST_S3
  ln -sf "$DBOPS_TEST_TOOLS/aws" "$PLACE/bin/aws"
  aws s3 mb s3://acme-backups
}

# s3_admin NOUN VERB…: what the owner of the S3 server can do about this runbook's user.
s3_admin() {
  CEPH_CONF=$DBOPS_TEST_SERVERS/radosgw/ceph.conf radosgw-admin "$1" "$2" --tenant="$tenant" --uid=ops "${@:3}" 2>/dev/null
}

# Ends and removes what the set-up, or a runbook that broke off, has left.
stop_world() {
  local pid
  for file in "$PLACE"/background/[0-9]*; do
    [ -e "$file" ] || continue
    pid=${file##*/}
    kill -TERM "$pid" 2>/dev/null || true
    wait_for 10 process_is_gone "$pid" || kill -KILL "$pid" 2>/dev/null || true
  done
  for folder in "$PLACE"/servers/*/; do
    [ -e "$folder.throw-away" ] || continue
    PGBIN=$PG_BIN "$REPOSITORY/scripts/test-servers/postgres" stop "$folder"
  done
}

[ "${1:-}" != stop ] || stop_world
