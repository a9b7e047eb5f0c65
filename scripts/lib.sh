# shellcheck shell=bash disable=SC2034
# What the scripts share. Sourced, never run; talk goes to stderr so that results can be read from stdout.

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
pg_bin_15=/usr/lib/postgresql/15/bin
# A new file made by the scripts may not be written by others.
umask 022

say() { printf '==> %s\n' "$*" >&2; }
warn() { printf 'WARNING: %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# quietly LOG COMMAND…: runs a command with its output in LOG, and shows the end of it only where the command fails.
quietly() {
  local log=$1 status=0
  shift
  "$@" </dev/null >"$log" 2>&1 || status=$?
  [ "$status" = 0 ] && return 0
  tail -n 40 "$log" >&2
  printf 'error: this failed with exit code %s: %s\n' "$status" "$*" >&2
  return "$status"
}

# retry TIMES COMMAND…: for what a network hiccup may break.
retry() {
  local left=$1
  shift
  until "$@"; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || return 1
    sleep 3
  done
}

# as_root COMMAND…: the command with root's rights, through sudo where needed.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo -- "$@"
  else die "this needs root's rights and there is no sudo: $*"
  fi
}

# as_postgres COMMAND…: PostgreSQL's programs refuse root, so root runs them as the user postgres.
# HOME is set because psql and initdb look there; the library path of another installation would break them.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then
    setpriv --reuid=postgres --regid=postgres --clear-groups env -u LD_LIBRARY_PATH HOME=/tmp "$@"
  else
    env -u LD_LIBRARY_PATH "$@"
  fi
}

# free_ports COUNT: ports that nobody uses, chosen by the kernel, on one line.
free_ports() {
  python3 - "$1" <<'PYTHON'
import socket, sys
sockets = [socket.socket() for _ in range(int(sys.argv[1]))]
for s in sockets:
    s.bind(("127.0.0.1", 0))
print(*(s.getsockname()[1] for s in sockets))
PYTHON
}

# wait_for SECONDS COMMAND…: waits until the command succeeds.
wait_for() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.1
  done
}

# kill_process PIDFILE: ends a server whose data is worth nothing, and waits until it is gone.
kill_process() {
  local pid
  [ -s "$1" ] || return 0
  pid=$(head -n 1 "$1")
  kill -KILL "$pid" 2>/dev/null || return 0
  wait_for 10 process_is_gone "$pid" || warn "process $pid does not end"
}
# A zombie is gone too: only its parent has not asked yet.
process_is_gone() { ! grep -qs '^State:[[:space:]]*[^Z[:space:]]' "/proc/$1/status"; }

need_swift() {
  command -v swift >/dev/null || die "swift is not on the PATH; dbops needs Swift 6.3: https://www.swift.org/install/linux/"
  local version
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
  case $version in
    6.[3-9] | 6.[1-9][0-9] | [7-9].* | [1-9][0-9].*) ;;
    *) warn "this is Swift ${version:-of an unknown version}; dbops is built and tested with Swift 6.3" ;;
  esac
}
