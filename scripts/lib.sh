# Functions that the scripts in this folder share. Sourcing this file stops the script at the first error and changes to
# the top folder of the repository.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# What the scripts need. The columns are the purposes, how to check for it, its name, and the Debian package, which has the
# same name in Debian 12, 13, and sid. Kinds of checks: a command in PATH, a header for the compiler, a pkg-config library,
# a module of /usr/bin/python3, a file (a pattern), and an option with which Clang links. The purposes:
#   build     the libraries                     bench      the benchmarks
#   services  the examples with a web server    rust, go   the clients of other languages beside the benchmarks
#   demo      scripts/demo                      tidy       clang-tidy and the headers that it reads
#   test      all tests                         clang      the presets clang and asan, and the fuzzers
#   core      scripts/test-dependencies
# format, workflows, docs, release, grafana, and abi are needed by the checks of scripts/lint, by scripts/docs, by
# scripts/test-release, and by scripts/test-abi; distribution by scripts/test-distribution, scripts/test-architecture, and
# scripts/test-packages. containers, docker-client, and machine are needed by scripts/test-containers; docker.io of Debian
# 12 contains the command docker.
needs='
build,core           command  g++                      g++
build,core           command  cmake                    cmake
build,core           command  make                     make
build                command  pkg-config               pkg-config
build,core           header   fmt/format.h             libfmt-dev
build                header   isa-l/igzip_lib.h        libisal-dev
core                 header   zlib.h                   zlib1g-dev
build                header   boost/asio.hpp           libboost-dev
build                header   curl/curl.h              libcurl4-openssl-dev
build                header   snappy.h                 libsnappy-dev
build                header   protozero/pbf_writer.hpp libprotozero-dev
build                header   crypt.h                  libcrypt-dev
build                header   openssl/ssl.h            libssl-dev
build                header   yaml-cpp/yaml.h          libyaml-cpp-dev
services             header   httplib.h                libcpp-httplib-dev
services             header   nlohmann/json.hpp        nlohmann-json3-dev
demo,bench,docs,core command  /usr/bin/python3         python3
demo                 command  prometheus               prometheus
demo                 command  dnsmasq                  dnsmasq-base
demo                 command  ip                       iproute2
test                 command  git                      git
test                 command  curl                     curl
test                 command  docker-compose           docker-compose
test                 command  openssl                  openssl
test                 command  prometheus-pushgateway   prometheus-pushgateway
test                 command  protoc                   protobuf-compiler
test                 command  valgrind                 valgrind
test                 python   prometheus_client        python3-prometheus-client
demo,test            python   yaml                     python3-yaml
test,core            file     /usr/share/i18n/locales/de_DE  locales
test                 file     /usr/share/gocode/src/github.com/prometheus/client_model/io/prometheus/client/metrics.proto  golang-github-prometheus-client-model-dev
test,core            header   gtest/gtest.h            libgtest-dev
test,core            header   gmock/gmock.h            libgmock-dev
test,bench,tidy,abi  header   civetweb.h               libcivetweb-dev
test,bench           header   benchmark/benchmark.h    libbenchmark-dev
test,bench           library  prometheus-cpp-core      prometheus-cpp-dev
clang                command  clang++                  clang
clang                clang    -fsanitize=address       libclang-rt-dev
rust                 command  /usr/bin/cargo           cargo
rust                 command  /usr/bin/rustc           rustc
rust                 file     /usr/share/cargo/registry/prometheus-[0-9]*  librust-prometheus-dev
go                   command  /usr/bin/go              golang-go
go                   file     /usr/share/gocode/src/github.com/prometheus/client_golang     golang-github-prometheus-client-golang-dev
go                   file     /usr/share/gocode/src/github.com/prometheus/exporter-toolkit  golang-github-prometheus-exporter-toolkit-dev
format,tidy          command  git                      git
format               command  clang-format             clang-format
tidy                 command  clang                    clang
tidy                 command  clang-tidy               clang-tidy
workflows            command  npx                      npm
grafana              command  npm                      npm
docs                 command  doxygen                  doxygen
release              command  chromium                 chromium
release              file     /usr/share/fonts/truetype/liberation*  fonts-liberation
release              command  vmagent                  victoria-metrics
distribution         command  git                      git
distribution         command  debootstrap              debootstrap
abi                  command  abidw                    abigail-tools
abi                  command  xz                       xz-utils
containers           command  debootstrap              debootstrap
containers           command  docker-compose           docker-compose
containers           command  dockerd                  docker.io
containers           command  ip                       iproute2
containers           command  iptables                 iptables
containers           command  /usr/bin/python3         python3
containers           python   prometheus_client        python3-prometheus-client
containers           python   yaml                     python3-yaml
containers           command  tini                     tini
docker-client        command  docker                   docker-cli
machine              command  busybox                  busybox-static
machine              command  qemu-system-x86_64       qemu-system-x86
'

say() { printf '\n== %s\n' "$*"; }

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# Prints the version in a version.h that is read from standard input: 0.2.0
read_version() { sed -n 's/^#define NARTHEX_VERSION_[A-Z]* \([0-9]*\)$/\1/p' | paste -sd .; }

# Prints the comment at the top of the called script. $0 may be relative to a folder that the script has left.
print_help() { sed -n '2,/^source/{/^#/s/^# \{0,1\}//p}' "scripts/$(basename "$0")"; }

# Succeeds if the thing of a row of the table is there: is_there KIND NAME
is_there() {
  local compiler
  case "$1" in
    command) PATH="$PATH:/usr/sbin:/sbin" command -v "$2" ;;
    header)
      compiler=$(command -v g++ || command -v clang++) &&
        printf '#if !__has_include(<%s>)\n#error\n#endif\n' "$2" | "$compiler" -E -x c++ -std=c++20 -
      ;;
    library) pkg-config --exists "$2" ;;
    python) /usr/bin/python3 -c "import $2" ;;
    file) compgen -G "$2" ;;
    clang) clang++ "$2" -x c++ -o /dev/null - <<<'int main() {}' ;;
  esac >/dev/null 2>&1
}

# Prints the kind, the name, and the package of each row of the table that has one of the purposes and whose thing is
# missing: missing PURPOSE...
missing() {
  local wanted purposes kind name package
  wanted=$(IFS='|' && echo "$*")
  while read -r purposes kind name package; do
    [[ ,$purposes, =~ ,($wanted), ]] || continue
    is_there "$kind" "$name" || printf '%s %s %s\n' "$kind" "$name" "$package"
  done <<<"${needs:1:-1}"
}

# Installs the Debian packages that are missing for the purposes, if the caller is root. Otherwise prints the command
# that installs them, and fails. Without apt-get, prints what is missing, and fails: require PURPOSE...
require() {
  local rows packages
  rows=$(missing "$@")
  [ -n "$rows" ] || return 0
  packages=$(cut -d ' ' -f 3 <<<"$rows" | sort -u | paste -s -d ' ')
  if ! command -v apt-get >/dev/null; then
    fail "Missing:
$(awk '{ printf "  %-8s %s (Debian: %s)\n", $1, $2, $3 }' <<<"$rows")
The scripts install packages with apt-get only, which this system does not have. Install these by other means, and start
scripts/$(basename "$0") again. To build without the scripts, see CONTRIBUTING.md."
  elif [ "$(id -u)" != 0 ]; then
    fail "Missing Debian packages: $packages
Install the packages for all scripts:  sudo scripts/setup
Or install only these packages:        sudo apt-get install --no-install-recommends $packages
To build without the scripts, see CONTRIBUTING.md."
  fi
  say "Installing Debian packages: $packages"
  (
    # Some packages start a daemon when they are installed. Debian does not start it if policy-rc.d exits with 101.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
      trap 'rm -f "$policy"' EXIT
      printf '#!/bin/sh\nexit 101\n' >"$policy"
      chmod +x "$policy"
    fi
    apt-get update -qq
    # shellcheck disable=SC2086 # each package is a word
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages
  ) || fail "apt-get could not install the packages: $packages"
  rows=$(missing "$@")
  [ -z "$rows" ] || fail "Still missing after the installation of their packages:
$(awk '{ printf "  %-8s %s (Debian: %s)\n", $1, $2, $3 }' <<<"$rows")"
}

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

# Builds bench/rivals/NAME.go on Debian's Go packages, without a network, as build/bench/bench/NAME: build_go NAME
build_go() {
  say "Building $1"
  mkdir -p build/bench/bench
  GOPATH=/usr/share/gocode GO111MODULE=off GOFLAGS='' GOCACHE="$root/build/go" \
    /usr/bin/go build -o "build/bench/bench/$1" "bench/rivals/$1.go" || fail "could not build bench/rivals/$1.go"
}

# Builds bench/rivals/rust on Debian's crates, without a network, as build/bench/bench/rust_prometheus. cargo writes
# beside its input and into its home, which both are in build/.
build_rust() {
  say "Building rust_prometheus"
  mkdir -p build/rust/home build/bench/bench
  cp -R bench/rivals/rust/. build/rust
  printf '[source.crates-io]\nreplace-with = "debian"\n[source.debian]\ndirectory = "/usr/share/cargo/registry"\n' \
    >build/rust/home/config.toml
  CARGO_HOME="$root/build/rust/home" RUSTC=/usr/bin/rustc \
    /usr/bin/cargo build --quiet --release --offline --manifest-path build/rust/Cargo.toml ||
    fail "could not build bench/rivals/rust"
  cp build/rust/target/release/rust_prometheus build/bench/bench/
}
