# Sourced by the scripts beside it: stops at the first error, goes to the top of the repository, and offers what they
# share.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

say() { printf '\n== %s\n' "$*"; }

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "needs root to run: $*"
  fi
}

# Prints what the script that was called says at its top. From the top of the repository $0 may lead nowhere.
print_help() { sed -n '2,/^source/{/^#/s/^# \{0,1\}//p}' "scripts/$(basename "$0")"; }

# Installs the Debian packages that are missing, and says which. No daemon is started: Debian asks policy-rc.d first.
install_missing() {
  local missing=() package
  for package in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "Installing from Debian: ${missing[*]}"
  (
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
      trap 'as_root rm -f "$policy"' EXIT
      printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
      as_root chmod +x "$policy"
    fi
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
  ) || fail "apt-get could not install them"
}

# What building all of the project and running its tests and its demo needs.
install_dependencies() {
  install_missing g++ cmake make pkg-config git ca-certificates curl python3 python3-prometheus-client python3-yaml \
    docker-compose dnsmasq-base iproute2 locales openssl prometheus prometheus-pushgateway protobuf-compiler valgrind \
    libfmt-dev libisal-dev libprotozero-dev libxxhash-dev libcivetweb-dev libcrypt-dev libssl-dev libyaml-cpp-dev \
    libboost-dev libcpp-httplib-dev libcurl4-openssl-dev nlohmann-json3-dev libgtest-dev libgmock-dev libbenchmark-dev \
    prometheus-cpp-dev golang-github-prometheus-client-model-dev "$@"
}

# Runs a command at addresses that do not change, where that is allowed: the thread sanitizer of GCC 12 knows memory
# layouts of up to 28 random bits; more modern kernels use 32.
with_fixed_layout() {
  if setarch "$(uname -m)" -R true 2>/dev/null; then
    setarch "$(uname -m)" -R "$@"
  else
    "$@"
  fi
}

# Configures a preset of CMakePresets.json and builds it, or only the targets that are named: build PRESET [TARGET...]
build() {
  local preset=$1 log
  shift
  log=$(mktemp)
  say "Building preset $preset in build/$preset"
  cmake --preset "$preset" >"$log" 2>&1 || { cat "$log"; rm -f "$log"; fail "cmake could not configure"; }
  rm -f "$log"
  cmake --build --preset "$preset" --parallel "$(nproc)" ${1:+--target "$@"}
}
