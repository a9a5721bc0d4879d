#!/usr/bin/env bash
# Runs a program of tests/consumer that prints its port and serves until its input ends, and checks its metrics with the
# tools that every Debian system has.
#
#   run_service.sh PROGRAM
set -euo pipefail

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
coproc service { exec "$1" 2>"$log"; }
pid=${service_PID:?} in=${service[1]}
read -r port <&"${service[0]}"
exec {socket}<>"/dev/tcp/127.0.0.1/$port"
printf 'GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&"$socket"
reply=$(tr -d '\r' <&"$socket")
exec {socket}>&- {in}>&-
wait "$pid" || fail "$1 found a wrong value: $(cat "$log")"
[ ! -s "$log" ] || fail "$1 logged: $(cat "$log")"
grep -q '^http_requests_total{code="200",method="GET"} 3$' <<<"$reply" || fail "$1: metrics are missing: $reply"
printf 'ok: %s\n' "$1"
