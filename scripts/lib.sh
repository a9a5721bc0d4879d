# Functions that the scripts in this folder share. Sourcing this file stops the script at the first error and changes to
# the top folder of the repository.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# Debian packages for the build, the tests, the benchmarks, and the demo. civetweb is in the list because the CMake
# package of libcivetweb-dev requires the file /usr/bin/civetweb.
packages=(
  g++ cmake make pkg-config git ca-certificates curl python3 python3-prometheus-client python3-yaml
  docker-compose dnsmasq-base iproute2 locales openssl prometheus prometheus-pushgateway protobuf-compiler valgrind
  libfmt-dev libisal-dev libprotozero-dev libxxhash-dev civetweb libcivetweb-dev libcrypt-dev libssl-dev libyaml-cpp-dev
  libboost-dev libcpp-httplib-dev libcurl4-openssl-dev nlohmann-json3-dev libgtest-dev libgmock-dev libbenchmark-dev
  prometheus-cpp-dev golang-github-prometheus-client-model-dev
)
# Debian packages for the presets clang and asan and for the fuzzers.
clang_packages=(clang libclang-rt-dev)
# Debian packages for scripts/bench: rust-prometheus and its compiler.
rust_packages=(cargo rustc librust-prometheus-dev)
# Debian packages for scripts/bench and scripts/bench-http: the official Go client, and its server behind net/http.
go_packages=(golang-go golang-github-prometheus-client-golang-dev golang-github-prometheus-exporter-toolkit-dev)
# Debian packages for scripts/lint.
lint_packages=(clang clang-format clang-tidy)
# Debian packages for scripts/test-release beside those of the tests. victoria-metrics contains vmagent.
release_packages=(chromium fonts-liberation victoria-metrics)
# Debian packages for scripts/docs.
docs_packages=(doxygen python3)

say() { printf '\n== %s\n' "$*"; }

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# Prints the comment at the top of the called script. $0 may be relative to a folder that the script has left.
print_help() { sed -n '2,/^source/{/^#/s/^# \{0,1\}//p}' "scripts/$(basename "$0")"; }

# Installs those of the given Debian packages that are missing, if the caller is root. Otherwise prints the command that
# installs them, and fails: require PACKAGE...
require() {
  local missing=() package
  for package in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ]; then
    fail "Missing Debian packages: ${missing[*]}
Install the packages for all scripts:  sudo scripts/setup
Or install only these packages:        sudo apt-get install --no-install-recommends ${missing[*]}
To build without the scripts, see CONTRIBUTING.md."
  fi
  say "Installing Debian packages: ${missing[*]}"
  (
    # Some packages start a daemon when they are installed. Debian does not start it if policy-rc.d exits with 101.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
      trap 'rm -f "$policy"' EXIT
      printf '#!/bin/sh\nexit 101\n' >"$policy"
      chmod +x "$policy"
    fi
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
  ) || fail "apt-get could not install the packages: ${missing[*]}"
}

# Installs the Debian package with the command npx, or fails, as require does. NodeSource's package contains npx too.
require_npx() { command -v npx >/dev/null || require npm; }

# Runs a command without address space randomization, if the system allows it. The thread sanitizer of GCC 12 supports
# at most 28 random address bits, and newer kernels use 32.
with_fixed_layout() {
  if setarch "$(uname -m)" -R true 2>/dev/null; then
    setarch "$(uname -m)" -R "$@"
  else
    "$@"
  fi
}

# Configures a preset of CMakePresets.json and builds all targets, or only the given ones: build PRESET [TARGET...]
build() {
  local preset=$1 log
  shift
  log=$(mktemp)
  say "Building preset $preset in build/$preset"
  cmake --preset "$preset" >"$log" 2>&1 || { cat "$log"; rm -f "$log"; fail "cmake could not configure $preset"; }
  rm -f "$log"
  cmake --build --preset "$preset" --parallel "$(nproc)" ${1:+--target "$@"}
}

# Builds bench/rivals/NAME.go on Debian's Go packages, without a network, as build/release/bench/NAME: build_go NAME
build_go() {
  say "Building $1"
  mkdir -p build/release/bench
  GOPATH=/usr/share/gocode GO111MODULE=off GOFLAGS='' GOCACHE="$root/build/go" \
    /usr/bin/go build -o "build/release/bench/$1" "bench/rivals/$1.go" || fail "could not build bench/rivals/$1.go"
}

# Builds bench/rivals/rust on Debian's crates, without a network, as build/release/bench/rust_prometheus. cargo writes
# beside its input and into its home, which both are in build/.
build_rust() {
  say "Building rust_prometheus"
  mkdir -p build/rust/home build/release/bench
  cp -R bench/rivals/rust/. build/rust
  printf '[source.crates-io]\nreplace-with = "debian"\n[source.debian]\ndirectory = "/usr/share/cargo/registry"\n' \
    >build/rust/home/config.toml
  CARGO_HOME="$root/build/rust/home" RUSTC=/usr/bin/rustc \
    /usr/bin/cargo build --quiet --release --offline --manifest-path build/rust/Cargo.toml ||
    fail "could not build bench/rivals/rust"
  cp build/rust/target/release/rust_prometheus build/release/bench/
}
