"""Starts a server that is to be abused, and reads from /proc what the abuse costs it."""

import os
import pathlib
import re
import subprocess
import tempfile
import time

import endpoint

START_SECONDS = 60
STOP_SECONDS = 60
TICKS = os.sysconf("SC_CLK_TCK")

# "open sesame" with cost 10, which takes some 50 ms.
HASH = "$2b$10$abcdefghijklmnopqrstuu4SuEsu2LsUrAYUpWQHLMMc4GV5pZTxK"
PASSWORD = "open sesame"
TLS = "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n"
CLIENT_CA = "  client_ca_file: ca.crt\n  client_auth_type: RequireAndVerifyClientCert\n"
USERS = "basic_auth_users:\n" + "".join(f"  user{number}: {HASH}\n" for number in range(100))


class ServerError(Exception):
    """A server that does not start, or does not end as expected."""


def rate_limit(interval, burst):
    """Returns the section of a web configuration file that limits the rate of requests."""
    return f"rate_limit:\n  interval: {interval}\n  burst: {burst}\n"


def descriptors(pid):
    """Returns the number of open descriptors of a process."""
    return len(os.listdir(f"/proc/{pid}/fd"))


def cpu_seconds(pid):
    """Returns the processor time of a process so far."""
    stat = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) / TICKS


def memory(pid):
    """Returns the resident memory of a process in MiB, now and at its peak."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return tuple(int(re.search(rf"^{name}:\s+(\d+) kB", status, re.MULTILINE)[1]) / 1024 for name in ("VmRSS", "VmHWM"))


def kernel_memory(server):
    """Returns the memory of the sockets of a server in MiB: of their queues of bytes. Unix sockets count as nothing."""
    if not server.is_ip:
        return 0.0
    command = ["ss", "--tcp", "--numeric", "--memory", "--no-header", f"sport = :{server.address[1]}"]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    queues = re.findall(r"skmem:\(r(\d+),rb\d+,t\d+,tb\d+,f(\d+),w(\d+),", shown)
    return sum(int(value) for queue in queues for value in queue) / (1 << 20)


def start_peak(pid):
    """Lets the peak of the resident memory start again."""
    pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")


class AbusedServer:
    """A server on its own addresses. It ends at the end of its standard input."""

    def __init__(self, program, transport="ipv4", web_config="", descriptor_limit=None, **options):
        self._folder = tempfile.TemporaryDirectory(prefix="narthex-")
        folder = pathlib.Path(self._folder.name)
        certificates = None
        if transport in ("tls", "mtls"):
            certificates = folder
            subprocess.run(["sh", "-c", endpoint.CERTIFICATES], cwd=folder, check=True, capture_output=True, timeout=60)
            web_config = TLS + (CLIENT_CA if transport == "mtls" else "") + web_config
            if transport == "tls":
                (folder / "client.crt").unlink()
        listen = {"ipv6": "[::1]:0", "unix": f"unix:{folder}/server.sock"}.get(transport, "127.0.0.1:0")
        command = [program, "--listen", listen]
        if web_config:
            (folder / "web.yml").write_text(web_config)
            command += ["--web-config-file", folder / "web.yml"]
        for name, value in options.items():
            command += ["--" + name.replace("_", "-"), value]
        if descriptor_limit:
            command = ["sh", "-c", f'ulimit -n {descriptor_limit}; exec "$@"', "sh", *command]
        self._log = open(folder / "log", "w+", encoding="utf-8", errors="replace")
        self._process = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True
        )
        self.endpoint = self._endpoint(transport, certificates)

    def _endpoint(self, transport, certificates):
        lines = []
        while (line := self._process.stdout.readline()) != "ready\n":
            if not line:
                self._process.wait(STOP_SECONDS)
                raise ServerError(f"the server did not start:\n{self.log()}")
            lines.append(line.strip())
        scheme = {"unix": "", "tls": "https://", "mtls": "https://"}.get(transport, "http://")
        return endpoint.Endpoint(scheme + lines[0], certificates)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind:
            self._process.kill()
        self.stop(checks=not kind)

    @property
    def pid(self):
        """The process id."""
        return self._process.pid

    @property
    def certificates(self):
        """The folder with the certificates of a client."""
        return self._folder.name

    def log(self):
        """Returns what the server wrote to its standard error."""
        self._log.seek(0)
        return self._log.read()

    def is_running(self):
        """Whether the process runs."""
        return self._process.poll() is None

    def stop(self, checks=True):
        """Ends the server; fails if it does not end with 0 in time."""
        if self._process.stdin.closed:
            return
        self._process.stdin.close()
        try:
            code = self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = f"killed: it did not end within {STOP_SECONDS} s; {self._process.wait()}"
        self._process.stdout.close()
        log = self.log()
        self._log.close()
        self._folder.cleanup()
        if checks and code != 0:
            raise ServerError(f"the server ended with exit code {code}:\n{log}")


def wait_until(holds, seconds):
    """Waits until a condition holds; returns whether it did in time."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
