"""Abuses an HTTP server in each known way, while a normal scraper measures its scrapes.

  http_abuse.py PROGRAM                        all scenarios at full size; PROGRAM is tests/end_to_end/abused_service.cc
  http_abuse.py --small PROGRAM slow_heads     one scenario at a small size
  http_abuse.py --rival PROGRAM                a server of bench/rivals: only the scenarios for which it has options
  http_abuse.py --url URL,... --pid PID KIND   a running server, and one kind of clients of abuser.py

Prints one line for each scenario, and what is wrong. Exits with 1 if something is.
"""

import argparse
import contextlib
import dataclasses
import json
import pathlib
import socket
import subprocess
import sys
import time

import abused_server
import abuser
import endpoint
import scraper
import strict_reply

FOLDER = pathlib.Path(__file__).resolve().parent
PENDING_MIB = 256  # the default of max_pending_bytes
FURTHER_MIB = 64
READY_SECONDS = 120
GIVEN_BACK_SECONDS = 15
USER = f"user0:{abused_server.PASSWORD}"


@dataclasses.dataclass(frozen=True)
class Size:
    """The sizes of all scenarios."""

    seconds: float
    slow_heads: int
    slow_readers: int
    large_series: int  # of the body for slow readers
    pipeliners: int
    idle: int
    half_handshakes: int
    guessers: int
    attempts: int  # of scrapers whose password is not known yet
    flood: int
    vanishing: int  # clients of each kind
    series: int = 10_000
    limit_ms: float = 50.0  # for the 99th percentile of normal scrapes
    checks_memory: bool = True  # sanitizers keep memory that the program has freed
    idle_cpu: float = 0.1  # seconds of processor time that a server may use in 3 s if it has nothing to do


FULL = Size(
    seconds=10,
    slow_heads=1_000,
    slow_readers=1_000,
    large_series=50_000,
    pipeliners=200,
    idle=10_000,
    half_handshakes=1_000,
    guessers=8,
    attempts=16,
    flood=50,
    vanishing=500,
)
SMALL = Size(
    seconds=0.6,
    slow_heads=40,
    slow_readers=30,
    large_series=40_000,
    pipeliners=10,
    idle=600,
    half_handshakes=40,
    guessers=4,
    attempts=3,
    flood=8,
    vanishing=20,
    series=1_000,
    limit_ms=1_000.0,
)


@dataclasses.dataclass
class Result:
    """The figures of one scenario, and what is wrong."""

    name: str
    figures: dict = dataclasses.field(default_factory=dict)
    faults: list = dataclasses.field(default_factory=list)

    def demand(self, holds, fault):
        """Adds a fault unless a condition holds."""
        if not holds:
            self.faults.append(fault)


def python(script, *arguments, **streams):
    """Starts one of our scripts as a process of its own."""
    command = [sys.executable, "-B", FOLDER / script, *arguments]
    return subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True, **streams)


def scrape(target, seconds, path="/metrics", credentials=None, pause=0.005):
    """Measures normal scrapes in another process; returns their figures."""
    words = ["--seconds", seconds, "--path", path, "--pause", pause]
    words += ["--certificates", target.certificates] if target.endpoint.tls else []
    words += ["--credentials", credentials] if credentials else []
    process = python("scraper.py", target.endpoint.url, *words)
    return json.loads(process.communicate(timeout=seconds + 10 * scraper.SLOWEST_SECONDS)[0])


class Abusers:
    """Clients of abuser.py while the object is open."""

    def __init__(self, target, kind, count, *words):
        words = [*words, "--certificates", target.certificates] if target.endpoint.tls else words
        self._process = python("abuser.py", target.endpoint.url, kind, count, *words, stdin=subprocess.PIPE)
        self.counts = {}

    def __enter__(self):
        if self._process.stdout.readline() != "ready\n":
            raise abused_server.ServerError("abuser.py failed")
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self.counts = json.loads(self._process.stdout.readline() or "{}")
        self._process.wait()
        self._process.stdout.close()


def judge_scrapes(result, figures, limit_ms, name=""):
    """Adds the figures of normal scrapes and checks them."""
    for kind in ("new", "kept"):
        found = figures[kind]
        result.demand(
            found["failed"] == 0,
            f"{found['failed']} of {found['scrapes']} {name}scrapes ({kind}) failed: " f"{found['errors']}",
        )
        if "p99" in found:
            result.demand(
                found["p99"] < limit_ms,
                f"p99 of {name}scrapes ({kind}) is {found['p99']:.1f} ms; limit: {limit_ms:.0f} ms",
            )
        for q in ("p50", "p99", "max"):
            result.figures[f"{name}{kind} {q}"] = found.get(q, float("nan"))
    result.figures[f"{name}reconnects"] = figures["kept"]["reconnects"]


def judge_descriptors(result, target, before):
    """Checks that the server has as many descriptors as before."""
    abused_server.wait_until(lambda: abused_server.descriptors(target.pid) <= before, 10)
    after = abused_server.descriptors(target.pid)
    result.figures["fds after"] = after
    result.demand(after == before, f"{after} descriptors after the abuse, {before} before")


def serves(target, credentials=None):
    """Whether a server answers a scrape."""
    try:
        scraper.Scraper(target.endpoint, credentials=credentials).scrape_new()
        return True
    except (OSError, EOFError, scraper.ScrapeError):
        return False


def settle(target, credentials=None):
    """Scrapes a few times, and waits until the connections are closed; returns the number of descriptors."""
    for _ in range(3):
        scraper.Scraper(target.endpoint, credentials=credentials).scrape_new()
    return settled_descriptors(target)


def settled_descriptors(target):
    """Returns the number of descriptors of the server after it stops changing."""
    before, now = -1, abused_server.descriptors(target.pid)
    while now != before:
        time.sleep(0.3)
        before, now = now, abused_server.descriptors(target.pid)
    return now


def under_abuse(result, target, size, kind, count, *words, credentials=None, pause=0.005):
    """Measures normal scrapes and the server while clients abuse it; returns what the clients counted."""
    settle(target, credentials)
    alone = scrape(target, min(1.0, size.seconds / 2), credentials=credentials)
    fds, (rss, _) = settled_descriptors(target), abused_server.memory(target.pid)
    abused_server.start_peak(target.pid)
    cpu = abused_server.cpu_seconds(target.pid)
    with Abusers(target, kind, count, *words) as abusers:
        figures = scrape(target, size.seconds, credentials=credentials, pause=pause)
        during, kernel = abused_server.descriptors(target.pid), abused_server.kernel_memory(target.endpoint)
    result.figures["p99 without abuse"] = alone["new"].get("p99", float("nan"))
    judge_scrapes(result, figures, size.limit_ms)
    peak = abused_server.memory(target.pid)[1]
    result.figures.update(
        {
            "cpu s": abused_server.cpu_seconds(target.pid) - cpu,
            "rss before": rss,
            "rss peak": peak,
            "kernel": kernel,
            "fds before": fds,
            "fds during": during,
        }
    )
    if size.checks_memory:
        abused_server.wait_until(lambda: abused_server.memory(target.pid)[0] < rss + FURTHER_MIB, GIVEN_BACK_SECONDS)
    result.figures["rss after"] = abused_server.memory(target.pid)[0]
    if size.checks_memory:
        result.demand(
            peak < rss + PENDING_MIB + FURTHER_MIB,
            f"peak memory {peak:.0f} MiB, {rss:.0f} MiB before; limit: {PENDING_MIB + FURTHER_MIB} MiB more",
        )
        result.demand(
            result.figures["rss after"] < rss + FURTHER_MIB,
            f"{result.figures['rss after']:.0f} MiB after the abuse, {rss:.0f} MiB before",
        )
    judge_descriptors(result, target, fds)
    result.demand(serves(target, credentials), "does not answer after the abuse")
    result.figures["abusers"] = abusers.counts
    return abusers.counts


def slow_heads(result, start, size, transport):
    """Clients that send a head, one byte every two seconds."""
    with start(transport, series=size.series) as target:
        under_abuse(result, target, size, "slow-heads", size.slow_heads)


def slow_readers(result, start, size, transport):
    """Clients that request a large body and read two kilobytes of it per second."""
    large = {"path": "/large", "large_series": size.large_series, "series": size.series}
    if start.is_rival:
        large = {"path": "/metrics", "series": size.large_series}
    path = large.pop("path")
    with start(transport, **large) as target:
        scraper.Scraper(target.endpoint, path).scrape_new()
        under_abuse(result, target, size, "slow-readers", size.slow_readers, "--path", path)


def pipeliners(result, start, size, transport):
    """Clients that send one request after the other and read no reply."""
    with start(transport, series=size.series) as target:
        under_abuse(result, target, size, "pipeliners", size.pipeliners)


def idle(result, start, size, transport):
    """Connections that never send anything, with the default of max_connections."""
    with start(transport, series=size.series) as target:
        under_abuse(result, target, size, "idle", size.idle)


def idle_kept(result, start, size, transport):
    """The same with a higher max_connections: all of them stay open."""
    with start(transport, series=size.series, max_connections=size.idle * 6 // 5, request_timeout=120_000) as target:
        counts = under_abuse(result, target, size, "idle", size.idle)
        result.demand(
            counts.get("closed by the server", 0) == 0 and counts["open at the end"] == size.idle,
            f"not all of {size.idle} connections stayed open: {counts}",
        )


def half_handshakes(result, start, size, transport):
    """Clients that send nothing, or half of the first message of TLS."""
    with start(transport, series=size.series) as target:
        under_abuse(result, target, size, "half-handshakes", size.half_handshakes)


def attempts(target, count):
    """Scrapes with passwords that the server has not seen yet; returns the seconds of each, None if it failed."""
    found = []
    for number in range(count):
        start = time.monotonic()
        try:
            scraper.Scraper(target.endpoint, credentials=f"user{number + 1}:{abused_server.PASSWORD}").scrape_new()
            found.append(time.monotonic() - start)
        except (OSError, EOFError, scraper.ScrapeError):
            found.append(None)
    return found


def guessers(result, start, size, transport, sources):
    """Clients with wrong passwords; scrapers whose password is known, and whose password is not known yet."""
    with start(transport, series=size.series, web_config=abused_server.USERS) as target:
        words = ["--sources", ",".join(sources)] if sources else []
        counts = under_abuse(result, target, size, "guessers", size.guessers, *words, credentials=USER)
        with Abusers(target, "guessers", size.guessers, *words):
            found = attempts(target, size.attempts)
        let_in = [seconds for seconds in found if seconds is not None]
        result.figures.update(
            {"let in": f"{len(let_in)} of {len(found)}", "slowest": max(let_in, default=float("nan"))}
        )
        if sources:  # otherwise the guessers share the address of the scraper
            result.demand(len(let_in) == len(found), f"{len(let_in)} of {len(found)} scrapers were let in")
        result.demand(counts.get("replies 200", 0) == 0, f"a guesser was let in: {counts}")


def guessers_of_one_address(result, start, size, transport):
    """All guessers have the same address, which is not that of the scraper."""
    guessers(result, start, size, transport, ["127.0.0.2"])


def guessers_of_many_addresses(result, start, size, transport):
    """Each guesser has an address of its own."""
    guessers(result, start, size, transport, [f"127.0.1.{number + 1}" for number in range(size.guessers)])


def guessers_beside_the_scraper(result, start, size, transport):
    """The guessers have the address of the scraper, or the server sees no addresses."""
    guessers(result, start, size, transport, [])


def flood(result, start, size, transport):
    """Clients of another address that exceed the rate limit."""
    with start(transport, series=100, web_config=abused_server.rate_limit("50ms", 4)) as target:
        settle(target)
        with Abusers(target, "flood", size.flood, "--sources", "127.0.0.2") as abusers:
            figures = scrape(target, max(2.0, size.seconds / 2), pause=0.1)
        judge_scrapes(result, figures, size.limit_ms)
        counts = abusers.counts
        result.demand(counts.get("replies 429", 0) > counts.get("replies 200", 0) > 0, f"the flood got {counts}")
        result.figures["abusers"] = counts


def descriptor_limit(result, start, size, transport):
    """A server with 12 descriptors, and 20 idle connections."""
    with start(
        transport, series=100, descriptor_limit=12, **({} if start.is_rival else {"request_timeout": 60_000})
    ) as target:
        with contextlib.ExitStack() as connections:
            for _ in range(20):
                connection = connections.enter_context(target.endpoint.raw())
                connection.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    connection.connect(target.endpoint.address)
            time.sleep(0.5)
            before = abused_server.cpu_seconds(target.pid)
            time.sleep(3)
            used = abused_server.cpu_seconds(target.pid) - before
        result.figures["cpu s"] = used
        result.demand(
            used < size.idle_cpu,
            f"{used:.2f} s of processor time in 3 s at the descriptor limit; limit: {size.idle_cpu} s",
        )
        result.demand(
            abused_server.wait_until(lambda: serves(target), 10), "does not serve after the idle connections ended"
        )


def vanish_in_the_head(connection, request):
    """Ends with a reset inside the head."""
    connection.sendall(request[: len(request) // 2])
    reset(connection)


def end_in_the_head(connection, request):
    """Ends inside the head."""
    connection.sendall(request[: len(request) // 2])


def vanish_after_the_request(connection, request):
    """Ends with a reset after the request."""
    connection.sendall(request)
    reset(connection)


def end_after_the_request(connection, request):
    """Ends after the request, without reading the reply."""
    connection.sendall(request)


def vanish_in_the_reply(connection, request):
    """Ends with a reset inside the reply."""
    connection.sendall(request)
    connection.recv(100)
    reset(connection)


def end_in_the_reply(connection, request):
    """Ends inside the reply."""
    connection.sendall(request)
    connection.recv(100)


def send_nothing(_connection, _request):
    """Ends without a request."""


def stop_sending(connection, request):
    """Ends its side after a request; it must get the reply."""
    connection.sendall(request)
    raw = socket.socket(fileno=connection.detach()) if not hasattr(connection, "version") else connection
    with raw:
        socket.socket.shutdown(raw, socket.SHUT_WR)
        reply = strict_reply.ReplyReader(raw, scraper.SLOWEST_SECONDS).read("GET")
        if reply is None or reply.status != 200 or not reply.body.endswith(b"\n"):
            raise AssertionError(f"{reply and reply.status} instead of the reply")


def reset(connection):
    """Lets close() send a reset."""
    if connection.family != socket.AF_UNIX:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


VANISHING = [
    vanish_in_the_head,
    end_in_the_head,
    vanish_after_the_request,
    end_after_the_request,
    vanish_in_the_reply,
    end_in_the_reply,
    send_nothing,
    stop_sending,
]


def vanishing(result, start, size, transport):
    """Clients that end half way through a request or a reply."""
    with start(transport, series=size.series) as target:
        fds = settle(target)
        failed = {}
        for act in VANISHING:
            if act is stop_sending and target.endpoint.tls:
                continue  # TLS cannot end one side only
            for _ in range(size.vanishing if act is not stop_sending else size.vanishing // 10):
                try:
                    with target.endpoint.connect() as connection:
                        act(connection, target.endpoint.request())
                except (
                    OSError,
                    AssertionError,
                    strict_reply.ReplyError,
                    strict_reply.Silence,
                    strict_reply.Reset,
                ) as error:
                    failed[act.__name__] = f"{type(error).__name__}: {error}"
        result.demand(not failed, f"clients failed: {failed}")
        judge_scrapes(result, scrape(target, min(2.0, size.seconds)), size.limit_ms)
        judge_descriptors(result, target, fds)


def hung_collectors(result, start, size, transport):
    """Two paths whose collectors do not return: the other paths and the page at / answer."""
    with start(transport, series=size.series, hung_paths=2) as target:
        settle(target)
        with contextlib.ExitStack() as connections:
            for number in range(40):
                connection = connections.enter_context(target.endpoint.connect())
                connection.sendall(target.endpoint.request(f"/hung{number % 2}"))
            time.sleep(0.2)
            for path in ("/metrics", "/"):
                judge_scrapes(result, scrape(target, size.seconds / 2, path=path), size.limit_ms, f"{path} ")


IP, ALL = ("ipv4", "ipv6"), ("ipv4", "ipv6", "unix", "tls", "mtls")
# Each scenario, the transports of a full and of a small run, and whether a rival has the options for it.
SCENARIOS = [
    (slow_heads, ALL, ("ipv4", "unix", "tls"), True),
    (slow_readers, ALL, ("ipv4", "tls"), True),
    (pipeliners, ("ipv4", "unix", "tls"), ("unix",), True),
    (idle, ("ipv4", "ipv6", "unix"), ("ipv4",), True),
    (idle_kept, ("ipv4", "unix"), ("unix",), False),
    (half_handshakes, ("tls", "mtls"), ("tls", "mtls"), True),
    (guessers_of_one_address, ("ipv4",), ("ipv4",), True),
    (guessers_of_many_addresses, ("ipv4", "tls"), ("ipv4",), True),
    (guessers_beside_the_scraper, ("ipv4", "ipv6", "unix"), (), True),
    (flood, ("ipv4",), ("ipv4",), False),
    (descriptor_limit, ("ipv4", "unix"), ("ipv4",), True),
    (vanishing, ALL, ("ipv4", "unix", "tls"), True),
    (hung_collectors, ("ipv4",), ("ipv4",), False),
]


class Starter:
    """Starts one program as the server of a scenario."""

    def __init__(self, program, is_rival=False):
        self.program, self.is_rival = program, is_rival

    def __call__(self, transport, **options):
        return abused_server.AbusedServer(self.program, transport, **options)


def run(scenario, transport, starter, size):
    """Runs a scenario; returns its Result."""
    result = Result(f"{scenario.__name__} {transport}")
    try:
        scenario(result, starter, size, transport)
    except (abused_server.ServerError, OSError, EOFError, scraper.ScrapeError) as error:
        result.faults.append(f"{type(error).__name__}: {error}")
    return result


def line(result):
    """Returns the figures of a result as text. Times are in ms, memory is in MiB, `>` means before, during, after."""
    found = dict(result.figures)
    parts = []
    for kind in sorted({name.removesuffix(" p50") for name in found if name.endswith(" p50")}, reverse=True):
        parts.append(f"{kind} " + " / ".join(f"{found.pop(f'{kind} {q}'):.1f}" for q in ("p50", "p99", "max")))
    for name, keys in (
        ("rss", ("rss before", "rss peak", "rss after")),
        ("fds", ("fds before", "fds during", "fds after")),
    ):
        if values := [found.pop(key) for key in keys if key in found]:
            parts.append(f"{name} " + " > ".join(f"{value:.0f}" for value in values))
    parts += [f"{name} {value:.1f}" if isinstance(value, float) else f"{name} {value}" for name, value in found.items()]
    return f"{'FAULT' if result.faults else 'ok':5} {result.name}: {'; '.join(parts)}"


def report(results):
    """Prints results as they come; returns the exit code."""
    bad = 0
    for result in results:
        print(line(result), *(f"      {fault}" for fault in result.faults), sep="\n", flush=True)
        bad += bool(result.faults)
    return 1 if bad else 0


def chosen(names, is_small, is_rival):
    """Yields the scenarios with these names and their transports."""
    for scenario, full, small, for_rivals in SCENARIOS:
        if (not names or scenario.__name__ in names) and (for_rivals or not is_rival):
            for transport in small if is_small else full:
                yield scenario, transport


@dataclasses.dataclass
class Running:
    """A server that runs already."""

    endpoint: endpoint.Endpoint
    pid: int
    certificates: str


def abuse_running(arguments, size, url):
    """Abuses one address of a server that runs already; returns the Result."""
    kind = arguments.names[0]
    target = Running(endpoint.Endpoint(url, arguments.certificates), arguments.pid, arguments.certificates)
    result = Result(f"{kind} {url}")
    under_abuse(result, target, size, kind, arguments.count)
    return result


def main():
    """Parses the command line, runs the scenarios, and prints their results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="+", metavar="PROGRAM [SCENARIO...] | KIND")
    parser.add_argument("--small", action="store_true", help="small sizes, for sanitizer builds")
    parser.add_argument("--rival", action="store_true", help="the program is a server of bench/rivals")
    parser.add_argument("--transport", help="only this transport")
    parser.add_argument("--limit-ms", type=float, help="limit of the 99th percentile of normal scrapes")
    parser.add_argument("--url", help="addresses of a running server, separated by commas")
    parser.add_argument("--pid", type=int, help="its process id")
    parser.add_argument("--certificates", help="folder with the certificates for it")
    parser.add_argument("--count", type=int, default=1_000, help="number of clients for --url")
    arguments = parser.parse_args()
    size = SMALL if arguments.small else FULL
    if arguments.limit_ms:
        size = dataclasses.replace(size, limit_ms=arguments.limit_ms)
    endpoint.raise_descriptor_limit()
    if arguments.url:
        if arguments.names[0] not in abuser.KINDS or not arguments.pid:
            parser.error(f"--url needs --pid and one of {', '.join(abuser.KINDS)}")
        return report(abuse_running(arguments, size, url) for url in arguments.url.split(","))
    program, *names = arguments.names
    starter = Starter(program, arguments.rival)
    unknown = set(names) - {scenario.__name__ for scenario, *_ in SCENARIOS}
    if unknown:
        parser.error(
            f"no scenario {', '.join(unknown)}; there are {', '.join(entry[0].__name__ for entry in SCENARIOS)}"
        )
    return report(
        run(scenario, transport, starter, size)
        for scenario, transport in chosen(names, arguments.small, arguments.rival)
        if arguments.transport in (None, transport)
    )


if __name__ == "__main__":
    sys.exit(main())
