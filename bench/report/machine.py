"""Describes the machine and the versions of the measurement."""

import os
import pathlib
import platform
import re
import subprocess

PACKAGES = {
    "fmt": "libfmt-dev",
    "civetweb": "libcivetweb-dev",
    "prometheus-cpp": "prometheus-cpp-dev",
    "rust-prometheus": "librust-prometheus-dev",
    "rustc": "rustc",
    "client_golang": "golang-github-prometheus-client-golang-dev",
    "Go": "golang-go",
    "Google Benchmark": "libbenchmark-dev",
}


def description(bin_dir):
    """Returns a list of facts as Markdown."""
    versions = ", ".join(f"{name} {version(package)}" for name, package in PACKAGES.items())
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    return f"""\
- Machine: {processor()}, {len(os.sched_getaffinity(0))} cores, {memory()} GiB; {system}, Linux {platform.release()}.
- Compiler: {compiler(bin_dir.parent)}.
- Versions: {versions}.
- Command: `scripts/bench`.
"""


def processor():
    """Returns the model of the processor."""
    return re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())[1]


def memory():
    """Returns the memory of the machine in GiB."""
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def compiler(build_dir):
    """Returns the compiler that built the benchmarks, and its optimisation level."""
    cache = (build_dir / "CMakeCache.txt").read_text()

    def setting(name):
        return re.search(rf"^{name}:\w+=(.*)$", cache, re.MULTILINE)[1]

    words = subprocess.check_output([setting("CMAKE_CXX_COMPILER"), "--version"], text=True).splitlines()[0]
    return f"{words}, {setting('CMAKE_CXX_FLAGS_RELEASE')}"


def version(package):
    """Returns the version of a Debian package, or "not from Debian" if it is not installed."""
    asked = subprocess.run(
        ["dpkg-query", "-W", "-f=${Version}", package], capture_output=True, text=True, check=False
    )
    return asked.stdout if asked.returncode == 0 else "not from Debian"
