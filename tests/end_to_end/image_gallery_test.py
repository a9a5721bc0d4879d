"""The services of the image gallery: their replies, their failures, and their metrics."""

import concurrent.futures
import contextlib
import json
import pathlib
import signal
import socket
import urllib.parse

from prometheus_client.parser import text_string_to_metric_families

import case
import flood
import harness
import proc

METRICS = {
    "access_log": "/metrics",
    "image_gallery": "/metrics",
    "image_of_the_day": "/actuator/prometheus",
}
PICTURE = {"url": "http://pictures.test/1?a=b&c=d", "caption": "Fennel, <tall>", "copyright": "A \"B\" & C's"}
PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Image gallery</title></head>
<body>
<h1>Image of the day</h1>
{}</body>
</html>
"""
FIGURE = """<figure>
<img src="http://pictures.test/1?a=b&amp;c=d" alt="Fennel, &lt;tall&gt;" height="320">
<figcaption>Fennel, &lt;tall&gt; &copy; A &quot;B&quot; &amp; C&#39;s</figcaption>
</figure>
"""


def closed_url():
    """Returns a URL with a free port, on which no server listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


def samples(url, program):
    """Returns the samples of a service by name and labels, without the host name."""
    _, text = case.scrape(url, path=METRICS[program])
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = sorted((key, value) for key, value in sample.labels.items() if key != "hostname")
            braces = "{" + ",".join(f'{key}="{value}"' for key, value in labels) + "}" if labels else ""
            found[sample.name + braces] = sample.value
    return found


class GalleryTest(case.ServicesTest):
    """Shared by the tests: functions that start one service or all."""

    @classmethod
    def start_images(cls, *options, picture=json.dumps(PICTURE)):
        """Starts image_of_the_day with this file as its source, without a delay; returns the service and the file."""
        file = cls.services.folder() / "picture.json"
        file.write_text(picture)
        words = ["--source", file, "--delay", "0ms", *options]
        return cls.services.start_service(case.binary("image_of_the_day"), *words), file

    @classmethod
    def start_page(cls, image_url, log_urls, *options):
        """Starts image_gallery without failures on purpose; returns its URL."""
        words = [word for url in log_urls for word in ("--access-log-url", url)]
        words += ["--image-url", image_url, "--failure-ratio", 0, *options]
        return cls.services.start_service(case.binary("image_gallery"), *words).url

    @classmethod
    def start_log(cls, hostname="one"):
        """Starts access_log; returns its URL."""
        return cls.services.start_access_log(case.binary("."), hostname)

    def logs_of(self, url):
        """Returns the number of logs that an access_log has counted."""
        return json.loads(harness.request(f"{url}/stats").body)["logs"]

    def wait_for_log(self, text):
        """Waits until a program has logged a text: a thread reads what the programs write."""
        harness.wait_for(f"the log {text!r}", lambda: text in self.services.logs(), True)

    def calls(self, url):
        """Returns the number of upstream calls of the gallery by service and outcome."""
        name = "image_gallery_upstream_duration_seconds_count"
        prefix = f"{name}{{outcome="
        counts = {}
        for sample, value in samples(url, "image_gallery").items():
            if sample.startswith(prefix) and value:
                _, outcome, _, service, _ = sample.split('"')
                counts[service, outcome] = value
        return counts


class Page(GalleryTest):
    """The page, and the log of a visit."""

    def test_shows_the_image_of_the_day_and_logs_the_visit(self):
        images, _ = self.start_images()
        log = self.start_log()
        url = self.start_page(images.url, [log])
        reply = harness.request(url)
        self.assertEqual((reply.status, reply.headers["Content-Type"]), (200, "text/html; charset=utf-8"))
        self.assertEqual(reply.body.decode(), PAGE.format(FIGURE))
        self.assertEqual(self.logs_of(log), 1)
        self.assertEqual(self.calls(url), {("image_of_the_day", "success"): 1, ("access_log", "success"): 1})

    def test_without_an_api_says_so_and_logs_nothing(self):
        log = self.start_log()
        url = self.start_page(closed_url(), [log])
        reply = harness.request(url)
        wanted = PAGE.format("<p>There is no image of the day just now.</p>\n")
        self.assertEqual((reply.status, reply.body.decode()), (502, wanted))
        self.assertEqual(self.logs_of(log), 0)
        self.assertEqual(self.calls(url), {("image_of_the_day", "unreachable"): 1})
        self.wait_for_log("image_of_the_day gave no answer to GET /image: ")

    def test_an_api_that_answers_something_else_is_none(self):
        log = self.start_log()
        url = self.start_page(log, [log])
        self.assertEqual(harness.request(url).status, 502)
        self.assertEqual(self.calls(url), {("image_of_the_day", "refused"): 1})
        self.wait_for_log("image_of_the_day answered 404 to GET /image\n")

    def test_an_api_that_is_silent_is_waited_for_only_so_long(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            silent_url = f"http://127.0.0.1:{silent.getsockname()[1]}"
            url = self.start_page(silent_url, [closed_url()], "--timeout", "50ms")
            self.assertEqual(harness.request(url).status, 502)
        self.assertEqual(self.calls(url), {("image_of_the_day", "unreachable"): 1})

    def test_without_an_access_log_the_visitor_sees_the_image_all_the_same(self):
        images, _ = self.start_images()
        url = self.start_page(images.url, [closed_url()])
        self.assertEqual(harness.request(url).status, 200)
        self.assertEqual(self.calls(url), {("image_of_the_day", "success"): 1, ("access_log", "unreachable"): 1})
        self.wait_for_log("a visit is not logged: access_log gave no answer to POST /access-log: ")

    def test_logs_are_spread_evenly_over_the_replicas(self):
        images, _ = self.start_images()
        logs = [self.start_log(hostname) for hostname in ("one", "two", "three")]
        url = self.start_page(images.url, logs)
        for _ in range(6):
            self.assertEqual(harness.request(url).status, 200)
        self.assertEqual([self.logs_of(log) for log in logs], [2, 2, 2])

    def test_a_replica_that_is_away_is_passed_over(self):
        images, _ = self.start_images()
        log = self.start_log()
        url = self.start_page(images.url, [closed_url(), log, closed_url()])
        for _ in range(6):
            self.assertEqual(harness.request(url).status, 200)
        self.assertEqual(self.logs_of(log), 6)
        self.assertEqual(self.calls(url)["access_log", "success"], 6)

    def test_says_what_there_is_when_asked_for_something_else(self):
        reply = harness.request(self.start_page(closed_url(), [closed_url()]) + "/images")
        error = "nothing answers GET '/images'; try GET /metrics or GET /"
        self.assertEqual((reply.status, json.loads(reply.body)), (404, {"error": error}))


class UntrustedClients(GalleryTest):
    """Requests without a handler."""

    def test_no_body_is_read_for_them(self):
        lengths = ("Content-Length: 1000000000000", "Transfer-Encoding: chunked")
        for program in METRICS:
            place = urllib.parse.urlsplit(self.services.start_service(case.binary(program)).url)
            for length in lengths:
                with self.subTest(program, length=length), socket.create_connection(
                    (place.hostname, place.port), harness.REQUEST_SECONDS
                ) as connection:
                    connection.sendall(f"POST /nothing HTTP/1.1\r\n{length}\r\n\r\n".encode())
                    self.assertEqual(connection.recv(12), b"HTTP/1.1 404")


class FailureOnPurpose(GalleryTest):
    """Visits that fail on purpose."""

    @classmethod
    def start(cls):
        cls.images, _ = cls.start_images()
        cls.log = cls.start_log()

    def statuses(self, *options):
        url = self.start_page(self.images.url, [self.log], *options)
        return [harness.request(url).status for _ in range(60)]

    def test_says_so_and_logs_nothing(self):
        before = self.logs_of(self.log)
        reply = harness.request(self.start_page(self.images.url, [self.log], "--failure-ratio", 1))
        wanted = PAGE.format("<p>This visit failed on purpose, as some do.</p>\n")
        self.assertEqual((reply.status, reply.body.decode()), (500, wanted))
        self.assertEqual(self.logs_of(self.log), before)

    def test_meets_the_same_visits_every_time(self):
        first = self.statuses("--failure-ratio", 0.1, "--seed", 7)
        self.assertEqual(set(first), {200, 500})
        self.assertLess(first.count(500), 20)
        self.assertEqual(self.statuses("--failure-ratio", 0.1, "--seed", 7), first)
        self.assertNotEqual(self.statuses("--failure-ratio", 0.1, "--seed", 8), first)


class ImageOfTheDay(GalleryTest):
    """The API, and its cache."""

    def assert_loads(self, service, success, cached):
        found = samples(service.url, "image_of_the_day")
        loads = [found[f'iotd_api_image_load_total{{status="{status}"}}'] for status in ("success", "cached")]
        self.assertEqual(loads, [success, cached])

    def test_loads_the_image_once_and_then_hands_out_what_it_has(self):
        service, file = self.start_images()
        self.assert_loads(service, success=0, cached=0)
        replies = [harness.request(f"{service.url}/image") for _ in range(3)]
        file.unlink()
        replies.append(harness.request(f"{service.url}/image"))
        for reply in replies:
            self.assertEqual((reply.status, json.loads(reply.body)), (200, PICTURE))
        self.assert_loads(service, success=1, cached=3)

    def test_loads_the_image_again_when_it_is_too_old(self):
        service, file = self.start_images("--cache-seconds", 0)
        harness.request(f"{service.url}/image")
        file.write_text(json.dumps(PICTURE | {"caption": "new"}))
        reply = harness.request(f"{service.url}/image")
        self.assertEqual(json.loads(reply.body)["caption"], "new")
        self.assert_loads(service, success=2, cached=0)

    def test_loads_the_image_once_for_all_who_ask_meanwhile(self):
        service, _ = self.start_images("--delay", "300ms")
        with concurrent.futures.ThreadPoolExecutor(6) as visitors:
            replies = list(visitors.map(lambda _: harness.request(f"{service.url}/image"), range(6)))
        self.assertEqual([reply.status for reply in replies], 6 * [200])
        self.assert_loads(service, success=1, cached=5)

    def test_a_broken_source_fails_with_its_reason_in_the_log_and_is_asked_again(self):
        service, file = self.start_images()
        broken = {
            "": "not JSON: ''",
            "[]": "not a JSON object: '[]'",
            '{"url": "x"}': """'caption' is missing: '{"url": "x"}'""",
            '{"url": 1}': "'url' is not a string: '1'",
            '{"url": ""}': """'url' is empty: '{"url": ""}'""",
        }
        for text, reason in broken.items():
            with self.subTest(text):
                file.write_text(text)
                reply = harness.request(f"{service.url}/image")
                error = {"error": "the service failed; its log says why"}
                self.assertEqual((reply.status, json.loads(reply.body)), (500, error))
                service.program.wait_for_line(f"GET /image: '{file}': {reason}".replace("[]", r"\[\]"))
        file.unlink()
        self.assertEqual(harness.request(f"{service.url}/image").status, 500)
        service.program.wait_for_line(f"GET /image: cannot read '{file}': No such file or directory")
        file.mkdir()
        self.assertEqual(harness.request(f"{service.url}/image").status, 500)
        service.program.wait_for_line(f"GET /image: cannot read '{file}': Is a directory")
        file.rmdir()
        file.write_text(json.dumps(PICTURE))
        self.assertEqual(harness.request(f"{service.url}/image").status, 200)
        self.assert_loads(service, success=1, cached=0)
        failed = samples(service.url, "image_of_the_day")['http_requests_total{code="500",method="GET",route="/image"}']
        self.assertEqual(failed, len(broken) + 2)

    def test_a_source_of_many_levels_is_as_broken_as_any(self):
        levels = 300_000
        service, file = self.start_images(picture='{"url": ' + "[" * levels + "]" * levels + "}")
        self.assertEqual(harness.request(f"{service.url}/image").status, 500)
        service.program.wait_for_line(rf"GET /image: '{file}': 'url' is not a string: '\[\[\[")
        file.write_text(json.dumps(PICTURE))
        self.assertEqual(harness.request(f"{service.url}/image").status, 200)


class Metrics(GalleryTest):
    """All three services after some visits: their metrics are complete and correct."""

    VISITS = 5
    RUNTIME = ["process_threads", "narthex_scrapes_total", *([] if case.SANITIZED else ["malloc_allocated_bytes"])]
    # By program: its HTTP metrics, and its application metrics.
    OWN = {
        "image_gallery": {
            'image_gallery_requests_total{code="200",method="GET"}': VISITS,
            "image_gallery_in_flight_requests": 0,
            'image_gallery_request_duration_seconds_count{method="GET"}': VISITS,
            'image_gallery_upstream_duration_seconds_count{outcome="success",service="access_log"}': VISITS,
        },
        "image_of_the_day": {
            'http_requests_total{code="200",method="GET",route="/image"}': VISITS,
            "http_in_flight_requests": 0,
            'http_request_duration_seconds_count{method="GET",route="/image"}': VISITS,
            'iotd_api_image_load_total{status="success"}': 1,
            'iotd_api_image_load_total{status="cached"}': VISITS - 1,
        },
        "access_log": {
            'http_requests_total{code="201",method="POST",route="/access-log"}': VISITS,
            "http_in_flight_requests": 0,
            'http_request_duration_seconds_count{method="POST",route="/access-log"}': VISITS,
            "access_log_total": VISITS,
            "access_client_ip_current": 1,
        },
    }

    @classmethod
    def start(cls):
        images, _ = cls.start_images()
        log = cls.services.start_service(case.binary("access_log"))
        words = ["--image-url", images.url, "--access-log-url", log.url, "--failure-ratio", 0]
        page = cls.services.start_service(case.binary("image_gallery"), *words)
        cls.started = {"image_gallery": page, "image_of_the_day": images, "access_log": log}
        for _ in range(cls.VISITS):
            harness.request(page.url)

    def test_runtime_requests_and_application_are_there(self):
        for program, (_, url) in self.started.items():
            with self.subTest(program):
                found = samples(url, program)
                own = self.OWN[program]
                self.assertEqual({sample: found.get(sample) for sample in own}, own)
                self.assertEqual([name for name in self.RUNTIME if name not in found], [])
                self.assertTrue(any(sample.startswith("cpp_info{") for sample in found))

    def test_scrapes_are_not_among_the_requests(self):
        for program, (_, url) in self.started.items():
            with self.subTest(program):
                case.scrape(url, path=METRICS[program])
                counted = {s: v for s, v in samples(url, program).items() if "_requests_total{" in s}
                self.assertEqual(sum(counted.values()), self.VISITS, counted)

    def test_promtool_finds_nothing(self):
        for program, (_, url) in self.started.items():
            with self.subTest(program):
                self.assert_promtool_finds_nothing(case.scrape(url, path=METRICS[program])[1])

    def test_the_process_is_what_the_system_says_it_is(self):
        # The allowed distance of a value from both readings around it: a scrape opens files and allocates memory.
        slack = {"process_open_fds": 3, "process_resident_memory_bytes": 1 << 20, "process_heap_bytes": 1 << 20}
        for program, (running, url) in self.started.items():
            case.scrape(url, path=METRICS[program])
            before = proc.read(running.pid)
            found = samples(url, program)
            after = proc.read(running.pid)
            served = {sample for sample in found if sample.startswith("process_")}
            self.assertEqual(served, before.keys(), program)
            for sample, first in before.items():
                with self.subTest(program, sample=sample):
                    allowed = slack.get(sample, 0.01)  # a hundredth: the kernel's unit of time
                    self.assertGreaterEqual(found[sample], min(first, after[sample]) - allowed)
                    self.assertLessEqual(found[sample], max(first, after[sample]) + allowed)


class Flood(GalleryTest):
    """Untrusted clients choose methods and paths, which creates no series."""

    REQUESTS = (9_000 if case.SANITIZED else 100_000) // len(METRICS)

    def flooded(self, url, program, prefix):
        """Floods a service; checks its counts, and that the flood created no further series."""
        sent = flood.every_kind(url)
        case.scrape(url, path=METRICS[program])  # the first one cannot say yet how long it took
        before = samples(url, program)
        answered = flood.flood(url, self.REQUESTS)
        after = samples(url, program)
        self.assertEqual(answered, self.REQUESTS // flood.SENDERS * flood.SENDERS)
        self.assertEqual((after.keys() - before.keys(), before.keys() - after.keys()), (set(), set()))
        total = sum(value for sample, value in after.items() if sample.startswith(f"{prefix}_requests_total{{"))
        self.assertEqual(total, sent + answered)
        self.assertEqual(after[f"{prefix}_in_flight_requests"], 0)

    def test_of_the_page(self):
        images, _ = self.start_images()
        self.flooded(self.start_page(images.url, [self.start_log()]), "image_gallery", "image_gallery")

    def test_of_the_api(self):
        images, _ = self.start_images()
        self.flooded(images.url, "image_of_the_day", "http")

    def test_of_the_access_log(self):
        self.flooded(self.start_log(), "access_log", "http")


class CommandLine(case.ServicesTest):
    """The start and the stop of the services."""

    OPTIONS = {
        "image_gallery": [
            "--image-url URL", "--access-log-url URL", "--timeout TIME", "--failure-ratio RATIO", "--seed N"
        ],
        "image_of_the_day": ["--source FILE", "--delay TIME", "--cache-seconds N"],
    }
    TIME = "a time is a whole number with its unit, such as 300ms or 2s, up to 3600s"
    URL = "a URL is http://HOST or http://HOST:PORT"
    WHOLE = "it is a whole number, up to 4294967295"
    WRONG = {
        "image_gallery": [
            (["--imageurl", "x"], "'--imageurl' is not an option"),
            (["--timeout"], "'--timeout' wants a value"),
            (["--timeout", "2"], f"--timeout '2': {TIME}"),
            (["--timeout", "3601s"], f"--timeout '3601s': {TIME}"),
            (["--image-url", "127.0.0.1:8011"], f"--image-url '127.0.0.1:8011': {URL}"),
            (["--image-url", "http://"], f"--image-url 'http://': {URL}"),
            (["--access-log-url", "http://a/b"], f"--access-log-url 'http://a/b': {URL}"),
            (["--access-log-url", "http://a:b"], "--access-log-url 'http://a:b': a port is a number from 0 to 65535"),
            (["--failure-ratio", "10%"], "--failure-ratio '10%': a ratio is a number from 0 to 1"),
            (["--failure-ratio", "nan"], "--failure-ratio 'nan': a ratio is a number from 0 to 1"),
            (["--seed", "-1"], f"--seed '-1': {WHOLE}"),
        ],
        "image_of_the_day": [
            (["--delay", "ms"], f"--delay 'ms': {TIME}"),
            (["--delay", "0.3s"], f"--delay '0.3s': {TIME}"),
            (["--cache-seconds", "5s"], f"--cache-seconds '5s': {WHOLE}"),
            (["--port", "65536"], "--port '65536': a port is a number from 0 to 65535"),
        ],
    }

    def test_stop_cleanly_on_sigterm(self):
        for program in self.OPTIONS:
            with self.subTest(program):
                service = self.services.start_service(case.binary(program))
                service.program.send_signal(signal.SIGTERM)
                service.program.wait()

    def test_refuse_a_command_line_that_makes_no_sense(self):
        for program, cases in self.WRONG.items():
            for words, reason in cases:
                with self.subTest(program, words=words):
                    status, _, errors = self.run_program(case.binary(program), *words)
                    self.assertEqual((status, errors.split("\n")[0]), (2, f"{program}: {reason}"))

    def test_explain_their_options(self):
        for program, options in self.OPTIONS.items():
            status, explained, errors = self.run_program(case.binary(program), "--help")
            self.assertEqual((status, errors), (0, ""))
            for option in ("--address ADDRESS", "--port PORT", "--metrics-listen ADDRESSES", *options, "--help"):
                self.assertIn(f"\n  {option} ", explained)

    def test_say_which_port_is_taken(self):
        for program in self.OPTIONS:
            with self.subTest(program):
                place = urllib.parse.urlsplit(self.services.start_service(case.binary(program)).url)
                done = self.run_program(case.binary(program), "--port", place.port)
                reason = "it is taken, or no address of this machine"
                self.assertEqual(done, (1, "", f"{program}: cannot listen on '{place.netloc}': {reason}\n"))

    def test_serve_the_metrics_on_another_address_while_all_workers_are_busy(self):
        for program, path in METRICS.items():
            with self.subTest(program):
                listen = ("--metrics-listen", f"127.0.0.1:0, unix:{self.services.folder()}/metrics.sock")
                service = self.services.start_service(case.binary(program), *listen)
                tcp = service.program.wait_for_line(r"metrics on (127\S+)")[1]
                unix = service.program.wait_for_line(r"metrics on unix:(\S+)")[1]
                names = [
                    {name for name in samples(url, program) if not name.startswith("narthex_")}
                    for url in (f"http://{tcp}", service.url)
                ]
                self.assertEqual(*names)
                place = urllib.parse.urlsplit(service.url)
                with contextlib.ExitStack() as silent:
                    for _ in range(64):
                        client = socket.create_connection((place.hostname, place.port))
                        silent.enter_context(client).sendall(b"GET /")
                    self.assertIn("process_open_fds", case.scrape(f"http://{tcp}", path=path)[1])
                    curl = ("curl", "--silent", "--show-error", "--unix-socket", unix, f"http://localhost{path}")
                    self.assertRegex(self.run_quietly(*curl), r"\nprocess_open_fds[ {]")
                self.services.stop_program(service.program)
                self.assertFalse(pathlib.Path(unix).exists())

    def test_quote_an_address_on_which_they_cannot_serve_the_metrics(self):
        done = self.run_program(case.binary("access_log"), "--port", 0, "--metrics-listen", "nowhere")
        self.assertEqual(done[:2], (1, ""))
        self.assertRegex(done[2], r"\Aaccess_log: .*'nowhere'.*\n\Z")

    def test_the_picture_that_comes_with_the_api_is_one(self):
        service = self.services.start_service(case.binary("image_of_the_day"), "--delay", "0ms")
        reply = harness.request(f"{service.url}/image")
        root = pathlib.Path(__file__).resolve().parents[2]
        picture = json.loads((root / "examples/image_gallery/picture.json").read_text())
        self.assertEqual((reply.status, json.loads(reply.body)), (200, picture))


if __name__ == "__main__":
    case.main()
