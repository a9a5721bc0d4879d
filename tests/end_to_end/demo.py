"""Runs the image gallery under load with a Prometheus that scrapes it, and prints the query results."""

import argparse
import contextlib
import http.client
import math
import random
import signal
import socket
import sys
import threading
import time
import urllib.parse

import dns
import gallery
import harness

VISITS_PER_SECOND = 20
REPORT_SECONDS = 2
PUSHING = "access-log-3"  # which --push lets push
VISITORS = [f"127.0.1.{number}" for number in range(1, 41)]  # loopback has addresses for everybody
REQUESTS = "image_gallery_requests_total"
# The columns of the table: a title, a query, and the format of its value.
COLUMNS = [
    ("visits/s", f"sum(rate({REQUESTS}[10s]))", "{:.1f}"),
    ("failed", f'sum(rate({REQUESTS}{{code=~"5.."}}[10s])) / sum(rate({REQUESTS}[10s]))', "{:.0%}"),
    (
        "p99 in ms",
        "1000 * histogram_quantile(0.99, sum by (le) (rate(image_gallery_request_duration_seconds_bucket[10s])))",
        "{:.0f}",
    ),
    ("loaded", 'sum(iotd_api_image_load_total{status="success"})', "{:.0f}"),
    ("cached", 'sum(iotd_api_image_load_total{status="cached"})', "{:.0f}"),
    *((name, f'sum({gallery.LOGS}{{hostname="{name}"}})', "{:.0f}") for name in gallery.REPLICAS),
    ("sum", gallery.SUM, "{:.0f}"),
]


class Load(threading.Thread):
    """Visits the page as different visitors, one at a time, until stop() is called."""

    def __init__(self, url):
        super().__init__(daemon=True)
        self._place = gallery.place(url)
        self._end = threading.Event()
        self.seen = 0
        self.failed = 0
        self.problem = None

    def run(self):
        while not self._end.wait(1 / VISITS_PER_SECOND):
            try:
                status = self._visit()
            except (OSError, http.client.HTTPException) as error:
                self.problem = f"{self._place} does not answer: {error}"
                return
            if status == 200:
                self.seen += 1
            elif status == 500:  # as one visit in ten does
                self.failed += 1
            else:
                self.problem = f"{self._place} answered {status}"
                return

    def _visit(self):
        source = (random.choice(VISITORS), 0)
        connection = http.client.HTTPConnection(
            self._place, timeout=harness.REQUEST_SECONDS, source_address=source
        )
        try:
            connection.request("GET", "/")
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    def end(self):
        """Ends the load after the current visit; fails if the page failed."""
        self._end.set()
        self.join()
        self.check()

    def check(self):
        """Fails if the page sent an unexpected reply."""
        if self.problem:
            raise harness.HarnessError(self.problem)


def is_free(address, port):
    """Returns whether the port is free."""
    try:
        socket.create_server((address, port)).close()
        return True
    except OSError:
        return False


def free_ports():
    """Returns the documented ports if they are free; otherwise 0, or a port that is free on all addresses."""
    addresses = gallery.REPLICAS.values()
    logs = next(
        port for port in range(gallery.PORTS.logs, 65536) if all(is_free(address, port) for address in addresses)
    )
    page, image = (port if is_free("127.0.0.1", port) else 0 for port in gallery.PORTS[:2])
    return gallery.Ports(page, image, logs)


@contextlib.contextmanager
def one_at_a_time():
    """Locks the choice of ports, so that two demos do not choose the same ones.

    The lock is a name in the network that the ports are in, and ends with its owner, however that ends.
    """
    with socket.socket(socket.AF_UNIX) as lock:

        def is_ours():
            try:
                lock.bind("\0narthex demo: ports")
                return True
            except OSError:
                return False

        harness.wait_for("the start of another demo is over", is_ours, True)
        yield


def value_of(prometheus, query, **parameters):
    """Returns the single value of a query; NaN without a result."""
    values = [value for _, value in prometheus.query(query, **parameters)]
    return values[0] if values else math.nan


def row(prometheus):
    """Returns the current row of the table, from one instant, so that the sum equals the sum of its parts."""
    at = {"time": time.time()}
    values = [(value_of(prometheus, query, **at), shown) for _, query, shown in COLUMNS]
    return ["-" if math.isnan(value) else shown.format(value) for value, shown in values]


def print_row(cells):
    """Prints one row of the table."""
    print("".join(f"{cell:>{len(title) + 3}}" for cell, (title, _, _) in zip(cells, COLUMNS)))


def print_places(system, prometheus, how):
    """Prints the URLs."""
    graph = {"g0.expr": gallery.LOGS, "g0.tab": 0, "g0.range_input": "5m"}
    print("\nThe image gallery:")
    print(f"  the page          {system.page.url}/  (its metrics: /metrics)")
    print(f"  image of the day  {system.image.url}/image  (its metrics: /actuator/prometheus)")
    for hostname, log in system.logs.items():
        print(f"  {hostname}      {log.url}/metrics{'  (pushes by remote write)' if hostname in system.pushing else ''}")
    whom = "the others" if system.pushing else "all of them"
    print(f"Prometheus scrapes {whom} every second and finds the access logs {how}:")
    print(f"  a graph           {prometheus.url}/graph?{urllib.parse.urlencode(graph)}")
    print(f"  its targets       {prometheus.url}/targets")
    print(f"\n{VISITS_PER_SECOND} visits a second. Ctrl-C stops everything.\n")


def watch(services, load, prometheus, seconds):
    """Prints the query results until the time is over or Ctrl-C is pressed."""
    print_row([title for title, _, _ in COLUMNS])
    end = time.monotonic() + seconds if seconds else float("inf")
    try:
        while (left := end - time.monotonic()) > 0:
            load.join(min(REPORT_SECONDS, left))
            services.check_running()
            load.check()
            print_row(row(prometheus))
    except KeyboardInterrupt:
        print("\nStopping ...")


def start(services, bin_dir, pushing):
    """Starts everything; returns the gallery, its Prometheus, and the way in which Prometheus finds the access logs."""
    system = gallery.Gallery(services, bin_dir, free_ports(), pushing)
    system.start_image("--cache-seconds", 10)
    system.start_page(system.all_log_urls())
    obstacle = dns.obstacle()
    scraped = [address for hostname, address in gallery.REPLICAS.items() if hostname not in pushing]
    names = None if obstacle else dns.Dns(services, gallery.DNS_NAME, scraped)
    port = 9090 if is_free("127.0.0.1", 9090) else 0
    prometheus = system.start_prometheus(port, names)
    system.start_pushing(prometheus)
    if names:
        return system, prometheus, f"by asking DNS for '{gallery.DNS_NAME}' (dnsmasq on {names.address})"
    return system, prometheus, f"by static configuration (not by DNS: {obstacle})"


def demo(services, bin_dir, seconds, pushing):
    """Runs the demo; returns whether Prometheus saw the logs grow."""
    print("Starting three services and Prometheus. The first scrape takes some seconds ...")
    with one_at_a_time():
        system, prometheus, how = start(services, bin_dir, pushing)

    def targets_up():
        services.check_running()
        return prometheus.query("sum(up)")

    harness.wait_for("targets that are up", targets_up, [({}, 2 + len(gallery.REPLICAS) - len(pushing))])
    for hostname in pushing:
        query = f'count(process_start_time_seconds{{hostname="{hostname}"}})'
        harness.wait_for(f"metrics that {hostname} pushes", lambda q=query: value_of(prometheus, q), 1)
    load = Load(system.page.url)
    load.start()
    print_places(system, prometheus, how)
    watch(services, load, prometheus, seconds)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the rest takes a moment, and ends by itself
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    load.end()

    harness.wait_for("the last scrape", lambda: value_of(prometheus, gallery.SUM), load.seen)
    print(f"\n{load.seen + load.failed} visits; {load.failed} failed on purpose, the others were shown and logged.")
    print(f"{gallery.SUM} = {load.seen}")
    return load.seen > 0


def main():
    """Reads the command line and runs the demo."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin-dir", required=True, help="folder of the built examples")
    parser.add_argument("--seconds", type=int, help="stop after this number of seconds (default: at Ctrl-C)")
    parser.add_argument("--push", action="store_true", help="let one access log push to Prometheus")
    arguments = parser.parse_args()
    if arguments.seconds is not None and arguments.seconds < 1:
        parser.error(f"argument --seconds: {arguments.seconds} is not a positive number")

    # Both signals end the demo, even if a script started it in the background with Ctrl-C ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        with harness.Services() as services:
            grew = demo(services, arguments.bin_dir, arguments.seconds, [PUSHING] if arguments.push else [])
        print("Everything is stopped.")
    except (harness.HarnessError, AssertionError) as error:
        sys.exit(f"demo: {error}")
    except KeyboardInterrupt:
        sys.exit("demo: stopped before it began")
    if not grew:
        sys.exit(f"demo: {gallery.LOGS} did not grow")


if __name__ == "__main__":
    main()
