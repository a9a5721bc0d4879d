"""Two access-log replicas under load, and a Prometheus that scrapes them: prints what it sees."""

import argparse
import http.client
import json
import random
import signal
import socket
import sys
import threading
import time
import urllib.parse

import harness

POSTS_PER_SECOND = 20
REPORT_SECONDS = 2
CLIENTS = [f"203.0.113.{number}" for number in range(1, 41)]
LOGS = "access_log_total"
SUM = f"sum({LOGS}) without(hostname, instance)"


class Load(threading.Thread):
    """Posts logs of random clients to random replicas, one at a time, until it is told to end."""

    def __init__(self, urls):
        super().__init__(daemon=True)
        self._urls = urls
        self._end = threading.Event()
        self.posted = 0
        self.problem = None

    def run(self):
        while not self._end.wait(1 / POSTS_PER_SECOND):
            url = random.choice(self._urls)
            log = {"clientIp": random.choice(CLIENTS)}
            try:
                reply = harness.request(f"{url}/access-log", json.dumps(log).encode())
            except (OSError, http.client.HTTPException) as error:
                self.problem = f"{url} does not answer: {error}"
                return
            if reply.status != 201:
                self.problem = f"{url} answered {reply.status} to {log}"
                return
            self.posted += 1

    def end(self):
        """Ends the load, after the post that is on its way; fails if a replica did."""
        self._end.set()
        self.join()
        self.check()

    def check(self):
        """Fails if a replica did not take a log."""
        if self.problem:
            raise harness.HarnessError(self.problem)


def preferred_port(port):
    """Returns the port if it is free, else 0: any free one."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
        return port
    except OSError:
        return 0


def total(prometheus, **parameters):
    """Returns the sum over the replicas, as Prometheus has it."""
    return sum(value for _, value in prometheus.query(SUM, **parameters))


def print_places(urls, prometheus):
    """Says where to look."""
    graph = {"g0.expr": SUM, "g0.tab": 0, "g0.range_input": "5m"}
    print("\nThe access-log service, twice:")
    for hostname, url in urls.items():
        print(f"  {hostname}  {url}/metrics")
    print("Prometheus, which scrapes both every second:")
    print(f"  graph         {prometheus.url}/graph?{urllib.parse.urlencode(graph)}")
    print(f"\n{POSTS_PER_SECOND} logs a second are posted. Ctrl-C stops everything.\n")


def watch(services, load, hostnames, prometheus, seconds):
    """Prints what Prometheus has, until the time is over or somebody presses Ctrl-C."""
    print(f"{LOGS} as Prometheus has it:")
    print("  ".join(f"{title:>12}" for title in [*hostnames, "sum", "growth"]))
    end = time.monotonic() + seconds if seconds else float("inf")
    try:
        last = total(prometheus)
        while (left := end - time.monotonic()) > 0:
            load.join(min(REPORT_SECONDS, left))
            services.check_running()
            load.check()
            at = {"time": time.time()}  # one moment, so that the sum is the sum of its parts
            logs = prometheus.values(LOGS, by="hostname", **at)
            now = total(prometheus, **at)
            row = [logs.get(hostname, 0) for hostname in hostnames] + [now]
            print("  ".join(f"{value:12.0f}" for value in row), f"{now - last:+13.0f}")
            last = now
    except KeyboardInterrupt:
        print("\nStopping ...")


def demo(services, bin_dir, seconds):
    """Runs the demo; returns whether Prometheus saw the logs grow."""
    print("Starting two replicas and Prometheus, which takes some seconds to its first scrape ...")
    hostnames = ["access-log-1", "access-log-2"]
    urls = {name: services.start_access_log(bin_dir, name) for name in hostnames}
    prometheus = services.start_prometheus("access-log", urls.values(), preferred_port(9090))

    def replicas_up():
        services.check_running()
        return prometheus.query("sum(up)")

    harness.wait_for("replicas that are up", replicas_up, [({}, len(hostnames))])
    start = total(prometheus)

    load = Load(list(urls.values()))
    load.start()
    print_places(urls, prometheus)
    watch(services, load, hostnames, prometheus, seconds)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the rest takes a moment, and ends by itself
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    load.end()

    harness.wait_for("the last scrape", lambda: total(prometheus), start + load.posted)
    end = total(prometheus)
    print(f"\n{SUM}")
    print(f"  at the start {start:.0f}, at the end {end:.0f}; logs posted: {load.posted}")
    return end > start


def main():
    """Reads the command line and runs the demo."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin-dir", required=True, help="folder of the built examples")
    parser.add_argument("--seconds", type=int, help="stop after so long (default: at Ctrl-C)")
    arguments = parser.parse_args()
    if arguments.seconds is not None and arguments.seconds < 1:
        parser.error(f"argument --seconds: {arguments.seconds} is not a positive number")

    # Both end the demo, also where a script started us in the background with Ctrl-C ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        with harness.Services() as services:
            grew = demo(services, arguments.bin_dir, arguments.seconds)
        print("Everything is stopped.")
    except (harness.HarnessError, AssertionError) as error:
        sys.exit(f"demo: {error}")
    except KeyboardInterrupt:
        sys.exit("demo: stopped before it began")
    if not grew:
        sys.exit(f"demo: {LOGS} did not grow")


if __name__ == "__main__":
    main()
