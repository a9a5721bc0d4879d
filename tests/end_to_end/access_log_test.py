"""The access-log service: its replies, and two replicas scraped by a stock Prometheus."""

import concurrent.futures
import gzip
import json
import signal
import urllib.parse

import case
import harness

LOGS = "access_log_total"
CLIENTS = "access_client_ip_current"
LOGS_HELP = "Access Log - total log requests"
CLIENTS_HELP = "Access Log - current unique IP addresses"


def post(url, body, headers=None):
    """Posts a body to the service; returns the reply."""
    headers = {"Content-Type": "application/json", **(headers or {})}
    return harness.request(f"{url}/access-log", body, headers)


def post_log(url, client):
    """Posts one log; returns the status of the reply."""
    return post(url, json.dumps({"clientIp": client}).encode()).status


def scrape(url, headers=None):
    """Returns the application metrics of the service, without those of its process and its requests."""
    _, text_of_all = case.scrape(url, headers)
    return "".join(line for line in text_of_all.splitlines(True) if LOGS in line or CLIENTS in line)


def text(clients, logs):
    """Returns the expected application metrics of the service with the hostname "one"."""
    return (
        f"# HELP {CLIENTS} {CLIENTS_HELP}\n"
        f"# TYPE {CLIENTS} gauge\n"
        f'{CLIENTS}{{hostname="one"}} {clients}\n'
        f"# HELP {LOGS} {LOGS_HELP}\n"
        f"# TYPE {LOGS} counter\n"
        f'{LOGS}{{hostname="one"}} {logs}\n'
    )


class TwoReplicasUnderPrometheus(case.ServicesTest):
    """Prometheus after each replica has received its logs."""

    CLIENTS_OF = {
        "access-log-1": ["192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.3", "192.0.2.1"],
        "access-log-2": ["2001:db8::1", "192.0.2.1", "192.0.2.1"],
    }

    @classmethod
    def start(cls):
        cls.urls = {
            hostname: cls.services.start_access_log(case.binary("."), hostname)
            for hostname in cls.CLIENTS_OF
        }
        cls.prometheus = cls.services.start_prometheus("access-log", cls.urls.values())
        for hostname, clients in cls.CLIENTS_OF.items():
            for client in clients:
                status = post_log(cls.urls[hostname], client)
                if status != 201:
                    raise AssertionError(f"the log of {client} at {hostname} was answered {status}")

    def test_both_targets_are_up(self):
        wanted = {urllib.parse.urlsplit(url).netloc: 1 for url in self.urls.values()}
        harness.wait_for("up", lambda: self.prometheus.values("up", by="instance"), wanted)

    def test_each_replica_counts_its_logs(self):
        wanted = {hostname: len(clients) for hostname, clients in self.CLIENTS_OF.items()}
        harness.wait_for(LOGS, lambda: self.prometheus.values(LOGS, by="hostname"), wanted)

    def test_sum_without_the_replicas_labels_is_the_total(self):
        query = f"sum({LOGS}) without(hostname, instance)"
        total = sum(map(len, self.CLIENTS_OF.values()))
        wanted = [({"job": "access-log"}, total)]
        harness.wait_for(query, lambda: self.prometheus.query(query), wanted)

    def test_each_replica_counts_distinct_addresses(self):
        wanted = {hostname: len(set(clients)) for hostname, clients in self.CLIENTS_OF.items()}
        harness.wait_for(CLIENTS, lambda: self.prometheus.values(CLIENTS, by="hostname"), wanted)

    def test_type_and_help_reach_prometheus(self):
        self.assert_metadata(
            self.prometheus,
            {LOGS: ("counter", LOGS_HELP), CLIENTS: ("gauge", CLIENTS_HELP)},
        )


class OneService(case.ServicesTest):
    """The replies of a service after three logs of two clients."""

    @classmethod
    def start(cls):
        cls.url = cls.services.start_access_log(case.binary("."), "one")
        cls.statuses = [post_log(cls.url, client) for client in ("192.0.2.1", "::1", "192.0.2.1")]

    def test_answers_201_to_a_log(self):
        self.assertEqual(self.statuses, [201, 201, 201])

    def test_tells_the_number_of_logs(self):
        reply = harness.request(f"{self.url}/stats")
        self.assertEqual((reply.status, json.loads(reply.body)), (200, {"logs": 3}))

    def test_serves_its_metrics(self):
        self.assertEqual(scrape(self.url), text(clients=2, logs=3))

    def test_serves_the_same_to_a_scraper_that_accepts_gzip(self):
        self.assertEqual(scrape(self.url, {"Accept-Encoding": "gzip"}), text(clients=2, logs=3))

    def test_names_the_text_format(self):
        self.assert_content_type(self.url)

    def test_promtool_finds_nothing(self):
        self.assert_promtool_finds_nothing(case.scrape(self.url)[1])

    def test_official_parser_reads_the_values_back(self):
        self.assert_parsed(
            scrape(self.url),
            {
                CLIENTS: ("gauge", CLIENTS_HELP, {"hostname": "one"}, 2),
                LOGS: ("counter", LOGS_HELP, {"hostname": "one"}, 3),
            },
        )

    def test_names_its_host_on_everything(self):
        _, scraped = case.scrape(self.url)
        nameless = [line for line in scraped.splitlines() if "#" not in line and 'hostname="one"' not in line]
        self.assertEqual(nameless, [])

    def test_says_what_there_is_when_asked_for_something_else(self):
        reply = harness.request(f"{self.url}/logs")
        error = "nothing answers GET '/logs'; try GET /metrics, POST /access-log or GET /stats"
        self.assertEqual((reply.status, json.loads(reply.body)), (404, {"error": error}))


class BadInput(case.ServicesTest):
    """An invalid log is refused with a reason and is not counted."""

    @classmethod
    def start(cls):
        cls.url = cls.services.start_access_log(case.binary("."), "one")

    def assert_refused(self, status, error, body, headers=None):
        reply = post(self.url, body, headers)
        self.assertEqual((reply.status, json.loads(reply.body)), (status, {"error": error}))
        stats = harness.request(f"{self.url}/stats")
        self.assertEqual(json.loads(stats.body), {"logs": 0})
        self.assertEqual(scrape(self.url), text(clients=0, logs=0))

    def test_empty_body(self):
        self.assert_refused(400, "not JSON: ''", b"")

    def test_not_json(self):
        self.assert_refused(400, "not JSON: 'clientIp=::1'", b"clientIp=::1")

    def test_json_that_ends_too_early(self):
        self.assert_refused(400, """not JSON: '{"clientIp": "::1"'""", b'{"clientIp": "::1"')

    def test_not_utf8(self):
        self.assert_refused(400, """not JSON: '{"clientIp": "\ufffd"}'""", b'{"clientIp": "\xff"}')

    def test_body_that_breaks_off(self):
        chunked = {"Transfer-Encoding": "chunked"}
        error = "the body cannot be read to its end: '{}'"
        self.assert_refused(400, error, b"2\r\n{}\r\nno size\r\n", chunked)

    def test_form(self):
        form = {"Content-Type": "multipart/form-data; boundary=b"}
        self.assert_refused(400, "not JSON: the body is a form", b"--b--\r\n", form)

    def test_not_an_object(self):
        for body in ('["::1"]', '"::1"', "1", "null"):
            with self.subTest(body):
                self.assert_refused(400, f"not a JSON object: '{body}'", body.encode())

    def test_client_ip_missing(self):
        for body in ("{}", '{"clientip": "::1"}'):
            with self.subTest(body):
                self.assert_refused(400, f"'clientIp' is missing: '{body}'", body.encode())

    def test_client_ip_not_a_string(self):
        for value in ("4", "null", "true", '["::1"]', '{"ip":"::1"}'):
            with self.subTest(value):
                body = f'{{"clientIp": {value}}}'.encode()
                self.assert_refused(400, f"'clientIp' is not a string: '{value}'", body)

    def test_client_ip_empty(self):
        body = '{"clientIp": ""}'
        self.assert_refused(400, f"'clientIp' is empty: '{body}'", body.encode())

    def test_client_ip_too_long(self):
        address = 65 * "1"
        error = f"'clientIp' is longer than 64 bytes: '{address}'"
        self.assert_refused(400, error, f'{{"clientIp": "{address}"}}'.encode())

    def test_quotes_only_the_start_of_a_long_culprit(self):
        self.assert_refused(400, f"not JSON: '{80 * 'x'}...'", 81 * b"x")

    def test_body_too_long(self):
        self.assert_refused(413, "the body is longer than 4096 bytes", 4097 * b" ")

    def test_body_too_long_when_decompressed(self):
        packed = {"Content-Encoding": "gzip"}
        error = "the body is longer than 4096 bytes"
        self.assert_refused(413, error, gzip.compress(1_000_000 * b" "), packed)

    def test_body_too_long_in_chunks(self):
        chunked = {"Transfer-Encoding": "chunked"}
        body = f"{4097:x}\r\n{4097 * ' '}\r\n0\r\n\r\n".encode()
        self.assert_refused(413, "the body is longer than 4096 bytes", body, chunked)


class LongestInput(case.ServicesTest):
    """A log at the size limit is counted."""

    def test_takes_an_address_of_64_bytes_in_a_body_of_4096(self):
        url = self.services.start_access_log(case.binary("."), "one")
        body = f'{{"clientIp": "{64 * "1"}"}}'.encode()
        self.assertEqual(post(url, body.ljust(4096)).status, 201)


class ManyClientsAtOnce(case.ServicesTest):
    """Concurrent logs and scrapes lose no count."""

    def test_counts_every_log_and_every_address_once(self):
        url = self.services.start_access_log(case.binary("."), "one")

        def visit(number):
            status = post_log(url, f"192.0.2.{number % 20}")
            scrape(url)
            return status

        with concurrent.futures.ThreadPoolExecutor(8) as clients:
            statuses = set(clients.map(visit, range(200)))
        self.assertEqual(statuses, {201})
        self.assertEqual(scrape(url), text(clients=20, logs=200))


class CommandLine(case.ServicesTest):
    """The start and the stop of the service."""

    def test_stops_cleanly_on_sigint_and_sigterm(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number):
                command = [case.binary("access_log"), "--port", 0]
                program = self.services.start("access_log", command)
                program.wait_for_line("http://")
                program.send_signal(number)
                program.wait()

    def test_refuses_a_command_line_that_makes_no_sense(self):
        for words, reason in (
            (["--prot", "1"], "'--prot' is not an option"),
            (["8012"], "'8012' is not an option"),
            (["--hostname"], "'--hostname' wants a value"),
            (["--hostname", ""], "'--hostname' wants a value"),
            (["--port", "http"], "--port 'http': a port is a number from 0 to 65535"),
            (["--port", "80x"], "--port '80x': a port is a number from 0 to 65535"),
            (["--port", "65536"], "--port '65536': a port is a number from 0 to 65535"),
            (["--port", "-1"], "--port '-1': a port is a number from 0 to 65535"),
        ):
            with self.subTest(words):
                status, _, errors = self.run_program(case.binary("access_log"), *words)
                self.assertEqual((status, errors.split("\n")[0]), (2, f"access_log: {reason}"))

    def test_explains_its_options(self):
        status, explained, errors = self.run_program(case.binary("access_log"), "--help")
        self.assertEqual((status, errors), (0, ""))
        for option in ("--address ADDRESS", "--port PORT", "--metrics-listen ADDRESSES", "--hostname NAME", "--help"):
            self.assertIn(f"\n  {option} ", explained)

    def test_says_which_port_is_taken(self):
        url = self.services.start_access_log(case.binary("."), "first")
        address = urllib.parse.urlsplit(url)
        done = self.run_program(case.binary("access_log"), "--port", address.port)
        reason = "it is taken, or no address of this machine"
        wanted = f"access_log: cannot listen on '{address.netloc}': {reason}\n"
        self.assertEqual(done, (1, "", wanted))


if __name__ == "__main__":
    case.main()
