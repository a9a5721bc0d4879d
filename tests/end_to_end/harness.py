"""Starts programs and a Prometheus on loopback, sends them requests, and stops them.

What the end-to-end tests and the demo share.
"""

import atexit
import collections
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.parse

# Generous, for a sanitizer build on a busy machine. Polling ends as soon as the condition holds.
DEADLINE_SECONDS = 60
REQUEST_SECONDS = 20

Reply = collections.namedtuple("Reply", "status headers body")
Service = collections.namedtuple("Service", "program url")


class HarnessError(Exception):
    """A program that does not start, answer, or stop as expected."""


def request(url, body=None, headers=None):
    """Sends a GET, or a POST if there is a body; returns a Reply with any status."""
    place = urllib.parse.urlsplit(url)
    target = f"{place.path or '/'}?{place.query}" if place.query else place.path or "/"
    connection = http.client.HTTPConnection(place.netloc, timeout=REQUEST_SECONDS)
    try:
        connection.request("GET" if body is None else "POST", target, body, headers or {})
        answer = connection.getresponse()
        return Reply(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def wait_for(what, ask, wanted):
    """Calls ask() until it returns an accepted value; fails with the last value."""
    end = time.monotonic() + DEADLINE_SECONDS
    while True:
        seen = ask()
        if seen == wanted:
            return
        if time.monotonic() > end:
            raise AssertionError(
                f"{what}: wanted {wanted}, still {seen} after {DEADLINE_SECONDS} s"
            )
        time.sleep(0.1)


def find_prometheus():
    """Returns the path of Prometheus."""
    executable = os.environ.get("PROMETHEUS") or shutil.which("prometheus")
    if not executable:
        raise HarnessError("there is no 'prometheus' in the PATH; Debian's package has one")
    return executable


def prometheus_version():
    """Returns the major and the minor version of Prometheus."""
    done = subprocess.run([find_prometheus(), "--version"], capture_output=True, text=True, timeout=60, check=True)
    found = re.match(r"prometheus, version (\d+)\.(\d+)", done.stdout + done.stderr)
    if not found:
        raise HarnessError(f"prometheus --version printed '{done.stdout}{done.stderr}'")
    return int(found[1]), int(found[2])


class Program:
    """A child program, whose output is kept."""

    def __init__(self, name, command, expected_exit=0, inherited=()):
        self.name = name
        self._expected_exit = expected_exit
        self._lines = collections.deque(maxlen=1000)
        self._ended = False
        self._changed = threading.Condition()
        # The child is killed when this process ends. It has its own session, so that Ctrl-C reaches this
        # process alone, which decides the order in which programs end.
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "--", *map(str, command)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            pass_fds=inherited,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self._process.stdout:
            with self._changed:
                self._lines.append(line)
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    @property
    def pid(self):
        """The process id."""
        return self._process.pid

    def log(self):
        """Returns the output of the program."""
        with self._changed:
            return f"--- {self.name} (pid {self.pid}) wrote:\n{''.join(self._lines)}"

    def wait_for_line(self, pattern):
        """Waits for a line of output that matches; returns the match."""

        def find():
            return next(filter(None, (re.search(pattern, line) for line in self._lines)), None)

        with self._changed:
            self._changed.wait_for(lambda: find() or self._ended, DEADLINE_SECONDS)
            found = find()
        if not found:
            raise HarnessError(f"{self.name} never wrote '{pattern}'\n{self.log()}")
        return found

    def check_running(self):
        """Fails if the program has ended."""
        status = self._process.poll()
        if status is not None:
            raise HarnessError(f"{self.name} has ended with exit code {status}\n{self.log()}")

    def send(self, text):
        """Writes to the standard input of the program."""
        self._process.stdin.write(text)
        self._process.stdin.flush()

    def close_input(self):
        """Ends the standard input of the program."""
        self._process.stdin.close()

    def send_signal(self, number):
        """Sends a signal to the program if it still runs."""
        self._process.send_signal(number)

    def wait(self):
        """Waits until the program ends; fails unless its exit code is the expected one."""
        try:
            status = self._process.wait(DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise HarnessError(f"{self.name} did not stop and was killed\n{self.log()}") from None
        finally:
            self._reader.join(DEADLINE_SECONDS)
            self._process.stdout.close()
            if not self._process.stdin.closed:
                self._process.stdin.close()
        if status != self._expected_exit:
            wanted = f"not {self._expected_exit}"
            raise HarnessError(f"{self.name} ended with exit code {status}, {wanted}\n{self.log()}")


class Prometheus:
    """Debian's Prometheus, queried through its HTTP API; `program` is None if the harness did not start it."""

    def __init__(self, program, url):
        self._program = program
        self.url = url

    def get(self, path, **parameters):
        """Returns the data of a reply of the HTTP API."""
        if self._program:
            self._program.check_running()
        query = urllib.parse.urlencode(parameters)
        reply = request(f"{self.url}/api/v1/{path}?{query}")
        answer = json.loads(reply.body)
        if answer["status"] != "success":
            raise HarnessError(f"Prometheus refuses {path}?{query}: {answer['error']}")
        return answer["data"]

    def query(self, expression, **parameters):
        """Returns the instant vector of a query: a list of (labels, value)."""
        data = self.get("query", query=expression, **parameters)
        return [(series["metric"], float(series["value"][1])) for series in data["result"]]

    def values(self, expression, by, **parameters):
        """Returns the values of a query by one of their labels."""
        return {labels.get(by): value for labels, value in self.query(expression, **parameters)}


class Services:
    """The programs of one test or demo, and their temporary folder."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="narthex-")
        self._programs = []
        atexit.register(self.stop)  # after Ctrl-C no other code may call it

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self, name, command, expected_exit=0, inherited=()):
        """Starts a program that ends with this exit code at SIGTERM, and that inherits these file descriptors."""
        program = Program(name, command, expected_exit, inherited)
        self._programs.append(program)
        return program

    def stop_program(self, program):
        """Stops one program before the others; fails if it does not end as expected."""
        self._programs.remove(program)
        program.send_signal(signal.SIGTERM)
        program.wait()

    def start_service(self, executable, *options, name=None, wrapper=()):
        """Starts a service of the image gallery, on a free port unless the options name one."""
        name = name or pathlib.Path(executable).name
        program = self.start(name, [*wrapper, executable, "--port", 0, *options])
        return Service(program, program.wait_for_line(r"listening on (http://\S+)")[1])

    def start_access_log(self, bin_dir, hostname):
        """Starts a replica of the access-log service on a free port; returns its URL."""
        executable = pathlib.Path(bin_dir, "access_log")
        return self.start_service(executable, "--hostname", hostname, name=hostname).url

    def folder(self):
        """Returns a new folder, which is removed when everything is stopped."""
        return pathlib.Path(tempfile.mkdtemp(dir=self._folder.name))

    def start_prometheus(self, job, urls, port=0, features=()):
        """Starts a Prometheus that scrapes these services every second; port 0 chooses a free one."""
        targets = [urllib.parse.urlsplit(url).netloc for url in urls]
        jobs = [{"job_name": job, "static_configs": [{"targets": targets}]}]
        return self.start_prometheus_with(jobs, port, features)

    def start_prometheus_with(self, jobs, port=0, features=()):
        """Starts a Prometheus that scrapes these scrape_configs every second."""
        config = {
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s"},
            "scrape_configs": jobs,
        }
        return self.start_configured_prometheus(config, port, features)

    def start_configured_prometheus(self, config, port=0, features=(), wrapper=(), options=(), executable=None):
        """Starts a Prometheus with this configuration; `features` are the values of --enable-feature.

        `wrapper` is what the command stands behind: ["unshare", "--mount", ...]. `options` are further options.
        """
        executable = executable or find_prometheus()
        if "native-histograms" in features and prometheus_version() >= (3, 8):  # older servers refuse the key
            settings = config.get("global", {}) | {"scrape_native_histograms": True}
            config = config | {"global": settings}
        folder = self.folder()
        config_file = folder / "prometheus.yml"
        config_file.write_text(json.dumps(config, indent=2))  # all JSON is YAML
        program = self.start(
            "prometheus",
            [
                *wrapper,
                executable,
                f"--config.file={config_file}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
                f"--enable-feature={','.join(features)}",
                *options,
            ],
        )
        address = program.wait_for_line(r'msg="Listening on".* address=(\S+)')[1]
        prometheus = Prometheus(program, f"http://{address}")
        wait_for("Prometheus is ready", lambda: request(f"{prometheus.url}/-/ready").status, 200)
        return prometheus

    def check_running(self):
        """Fails if a program has ended."""
        for program in self._programs:
            program.check_running()

    def logs(self):
        """Returns the output of all programs."""
        return "\n".join(program.log() for program in self._programs)

    def stop(self):
        """Stops everything, the last program first; fails if one does not end as expected."""
        atexit.unregister(self.stop)
        problems = []
        while self._programs:
            program = self._programs.pop()
            program.send_signal(signal.SIGTERM)
            try:
                program.wait()
            except HarnessError as error:
                problems.append(str(error))
        self._folder.cleanup()
        if problems:
            raise HarnessError("\n".join(problems))
