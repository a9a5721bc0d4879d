"""The running containers of the photo gallery, asked through the engine, over HTTP, and through their Prometheus."""

import collections
import json
import pathlib
import re
import sys
import threading
import time

import engine
from engine import docker

END_TO_END = pathlib.Path(__file__).resolve().parents[1] / "end_to_end"
sys.path.append(str(END_TO_END))

# pylint: disable=wrong-import-position
import gallery
import harness

PAGE = "http://127.0.0.1:8010"
PROMETHEUS = harness.Prometheus(None, "http://127.0.0.1:9090")
VISITS_PER_SECOND = 20

Visits = collections.namedtuple("Visits", "seen failed")


def fail(text):
    """Fails the check that runs."""
    raise AssertionError(text)


def identify(service):
    """Returns the ids of the running containers of a service."""
    found = docker("ps", "--quiet", "--no-trunc", "--filter", f"label=com.docker.compose.service={service}")
    return found.split()


def inspect(identifier):
    """Returns what the engine knows about a container."""
    return json.loads(docker("inspect", identifier))[0]


def address(identifier):
    """Returns the address of a container in the network of the compose file."""
    (network,) = inspect(identifier)["NetworkSettings"]["Networks"].values()
    return network["IPAddress"]


def replicas():
    """Returns the replicas of the access log: their container by their instance."""
    return {f"{address(identifier)}:80": identifier for identifier in identify("access-log")}


def stats():
    """Returns the logs that the replicas have counted since their start, by instance."""
    replies = {instance: harness.request(f"http://{instance}/stats").body for instance in sorted(replicas())}
    return {instance: json.loads(body)["logs"] for instance, body in replies.items()}


def metrics(identifier):
    """Returns the metrics that a container serves itself, or nothing if it does not answer yet."""
    (path,) = [word for word in inspect(identifier)["Config"]["Healthcheck"]["Test"] if word.startswith("/")]
    try:
        reply = harness.request(f"http://{address(identifier)}{path}")
    except OSError:
        return None
    return reply.body.decode() if reply.status == 200 else None


def sample(text, name):
    """Returns the value of the one sample of a text that has this name, with any labels."""
    (found,) = re.findall(rf"^{name}(?:{{.*}})? (\S+)$", text, re.MULTILINE)
    return float(found)


def posts():
    """Returns the calls of the page to the access logs by their outcome."""
    text = harness.request(f"{PAGE}/metrics").body.decode()
    series = re.findall(r"^image_gallery_upstream_duration_seconds_count{(.*)} (\S+)$", text, re.MULTILINE)
    logged = [(labels, count) for labels, count in series if 'service="access_log"' in labels]
    return {re.search(r'outcome="(\w+)"', labels)[1]: int(float(count)) for labels, count in logged}


def visit_once():
    """Visits the page; returns the status, which is 200, or 500 where the page fails on purpose."""
    status = harness.request(f"{PAGE}/").status
    return status if status in (200, 500) else fail(f"the page answered {status}")


def visit(count):
    """Visits the page this many times."""
    statuses = [visit_once() for _ in range(count)]
    return Visits(statuses.count(200), statuses.count(500))


class Load(threading.Thread):
    """Visits the page all the time, as a context: `with Load() as load`. Fails at the end if a visit had no answer."""

    def __init__(self):
        super().__init__(daemon=True)
        self._end = threading.Event()
        self._problem = None
        self.seen = 0
        self.failed = 0

    def run(self):
        while not self._end.wait(1 / VISITS_PER_SECOND):
            try:
                status = visit_once()
            except (OSError, AssertionError) as error:
                self._problem = f"a visit failed: {error}"
                return
            self.seen += status == 200
            self.failed += status == 500

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, *_):
        self._end.set()
        self.join()
        if self._problem and kind is None:
            fail(self._problem)


def active_targets():
    """Returns the instances of the access log that Prometheus has discovered."""
    targets = PROMETHEUS.get("targets", state="active")["activeTargets"]
    return {target["labels"]["instance"] for target in targets if target["labels"]["job"] == "access-log"}


def value(query):
    """Returns the only value of a query, or None without a result."""
    values = [found for _, found in PROMETHEUS.query(query)]
    return values[0] if len(values) == 1 else None


def wait_until(what, condition, seconds):
    """Calls condition() until it returns something; returns that and the seconds that it took."""
    begin = time.monotonic()
    while True:
        found = condition()
        taken = time.monotonic() - begin
        if found:
            return found, taken
        if taken > seconds:
            fail(f"{what}: not within {seconds} s")
        time.sleep(0.1)


def wait_for_value(query, wanted, seconds=30):
    """Waits until a query returns this one value."""
    try:
        wait_until(query, lambda: value(query) == wanted, seconds)
    except AssertionError:
        fail(f"{query}: {value(query)} after {seconds} s, not {wanted}")


def wait_for_sum(wanted):
    """Waits until the documents' query returns this number of logs."""
    wait_for_value(gallery.SUM, wanted)


def last_change_of_network(since):
    """Returns when the last container joined or left a network: from that moment, DNS answers differently."""
    options = ["--since", f"{since:.3f}", "--until", f"{time.time():.3f}", "--filter", "type=network"]
    changes = docker("events", *options, "--format", "{{.TimeNano}} {{.Action}}").splitlines()
    times = [int(stamp) / 1e9 for stamp, action in map(str.split, changes) if action in ("connect", "disconnect")]
    return max(times) if times else fail("no container joined or left the network")


def logs():
    """Returns the ends of the logs of all containers."""
    texts = []
    for identifier in docker("ps", "--all", "--quiet").split():
        name = docker("inspect", "--format", "{{.Name}}", identifier)
        lines = engine.run("sh", "-c", f"docker --host {engine.SOCKET} logs --tail 30 {identifier} 2>&1")
        texts.append(f"--- {name} wrote:\n{lines}")
    return "\n".join(texts)
