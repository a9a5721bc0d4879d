"""A Docker engine of the test's own, whose files are in one folder and whose containers are in one control group."""

import ctypes
import os
import pathlib
import shutil
import subprocess
import time

START_SECONDS = 60
# The first address of dockerd's own bridge, which containers reach as host.docker.internal.
BRIDGE_ADDRESS = "172.17.0.1"
METRICS_ADDRESS = f"{BRIDGE_ADDRESS}:9323"
SOCKET = "unix:///run/docker.sock"
CLONE_NEWNET = 0x40000000


class EngineError(Exception):
    """A command that failed, or an engine that does not start."""


def last_lines(text, count=60):
    """Returns the end of a long output."""
    return "\n".join(text.splitlines()[-count:])


def run(*command, timeout=600, env=None):
    """Runs a command that must succeed; returns its stdout."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words, capture_output=True, text=True, errors="replace", timeout=timeout, check=False, env=env
        )
    except FileNotFoundError:
        raise EngineError(f"there is no program '{words[0]}'") from None
    except subprocess.TimeoutExpired:
        raise EngineError(f"'{' '.join(words)}' did not end within {timeout} s") from None
    if done.returncode != 0:
        raise EngineError(f"'{' '.join(words)}' failed:\n{last_lines(done.stdout + done.stderr)}")
    return done.stdout


def docker(*arguments, **options):
    """Runs a command of the docker client; returns its stdout without the last line break."""
    return run("docker", "--host", SOCKET, *arguments, **options).strip()


def hide_run():
    """Mounts an empty /run for this mount namespace, where engines have their sockets. Names stay resolvable."""
    resolver = pathlib.Path("/etc/resolv.conf")
    names = resolver.read_text() if resolver.exists() else ""
    run("mount", "-t", "tmpfs", "tmpfs", "/run")
    target = resolver.resolve()
    if target.is_relative_to("/run"):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(names)


def enter_own_network():
    """Moves this thread, and the programs that it starts later, to a new network namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        raise EngineError(f"the kernel refuses a network namespace: {os.strerror(ctypes.get_errno())}")
    run("ip", "link", "set", "lo", "up")


class Engine:
    """dockerd with its data below a folder. Needs a mount namespace and a PID namespace of its own."""

    # Without a network of its own, the engine must not touch the interfaces and the firewall of the machine.
    WITHOUT_NETWORK = ["--bridge=none", "--iptables=false", "--ip-forward=false", "--ip-masq=false"]

    def __init__(self, folder, group):
        self._folder = pathlib.Path(folder)
        self._group = group
        self._process = None
        self._log = self._folder / "dockerd.log"

    def start(self, *options):
        """Starts dockerd and returns when it answers."""
        command = ["dockerd", f"--data-root={self._folder}/data", f"--host={SOCKET}", "--exec-root=/run/docker"]
        # systemd manages the groups of the machine's own engine, but not those of this one.
        command += ["--pidfile=/run/docker.pid", "--exec-opt=native.cgroupdriver=cgroupfs"]
        command += [f"--cgroup-parent={self._group}", *options]
        if not shutil.which("dockerd"):
            raise EngineError("there is no program 'dockerd'; Debian's package docker.io has one")
        with self._log.open("a") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + START_SECONDS
        while True:
            if self._process.poll() is not None:
                raise EngineError(f"dockerd does not start: {last_lines(self.log(), 1)}")
            try:
                docker("version", timeout=10)
                return
            except EngineError as error:
                if time.monotonic() > end:
                    raise EngineError(f"dockerd does not answer after {START_SECONDS} s: {error}") from None
            time.sleep(0.2)

    def stop(self):
        """Stops dockerd and returns when it has ended."""
        self._process.terminate()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise EngineError("dockerd did not stop within 60 s and was killed") from None

    def log(self):
        """Returns what dockerd has logged."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    @staticmethod
    def info():
        """Returns the version, the storage driver, and the version of control groups."""
        return docker("info", "--format", "{{.ServerVersion}} {{.Driver}} {{.CgroupVersion}}").split()
