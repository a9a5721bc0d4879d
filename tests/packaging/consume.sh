#!/usr/bin/env bash
# Builds the programs of tests/consumer on the narthex that is installed in the system, with find_package and with
# pkg-config, and runs them. scripts/test-packages runs this script in a chroot that has a compiler, CMake, pkg-config,
# and the packages of narthex, and no development package of a dependency.
#
#   consume.sh CONSUMER_DIR
set -euo pipefail
consumer=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

serves() { "$(dirname "$0")/run_service.sh" "$1"; }

cmake -S "$consumer/find_package" -B "$work/find_package" -DCMAKE_BUILD_TYPE=None >"$work/cmake.log" 2>&1 ||
  fail "cmake could not configure the consumer: $(cat "$work/cmake.log")"
cmake --build "$work/find_package" --parallel "$(nproc)" >"$work/cmake.log" 2>&1 ||
  fail "could not build the consumer: $(cat "$work/cmake.log")"
serves "$work/find_package/service"
serves "$work/find_package/civetweb_service"
serves "$work/find_package/prometheus_cpp_service"
(cd "$work" && find_package/service_test) || fail "service_test found a wrong value"
echo "ok: find_package/service_test"

# Builds a program with pkg-config: compile SOURCE PROGRAM LIBRARY...
compile() {
  local source=$1 program=$2 flags
  shift 2
  flags=$(pkg-config --cflags --libs narthex "$@") || fail "pkg-config does not find $*"
  # shellcheck disable=SC2086 # each flag is a word
  g++ -std=c++20 -Wall -Wextra -Wpedantic -Werror ${define:-} "$consumer/$source" -o "$work/$program" $flags
}
compile service.cc pkg-config-service narthex-http
define=-DWITH_CIVETWEB compile service.cc pkg-config-civetweb narthex-civetweb
compile prometheus_cpp/service.cc pkg-config-prometheus_cpp narthex-prometheus-cpp
compile service_test.cc pkg-config-test narthex-testing narthex-otlp narthex-remote-write narthex-pushgateway \
  narthex-textfile
serves "$work/pkg-config-service"
serves "$work/pkg-config-civetweb"
serves "$work/pkg-config-prometheus_cpp"
(cd "$work" && ./pkg-config-test) || fail "pkg-config-test found a wrong value"
echo "ok: pkg-config-test"
