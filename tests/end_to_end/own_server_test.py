"""own_server: a registry on a foreign HTTP server, scraped by Prometheus."""

import signal
import socket

import case
import harness

SCRAPES_HELP = "Scrapes answered, with this one."


def start_own_server(services):
    """Starts own_server on a free port; returns its URL. Only a signal ends it."""
    command = [case.binary("own_server"), 0]
    program = services.start("own_server", command, expected_exit=-signal.SIGTERM)
    return program.wait_for_line(r"(http://\S+)/metrics")[1]


def text_of_scrape(number):
    """Returns the whole text of a scrape."""
    return (
        f"# HELP scrapes_total {SCRAPES_HELP}\n"
        "# TYPE scrapes_total counter\n"
        f"scrapes_total {number}\n"
    )


class OwnServer(case.ServicesTest):
    """The scrapes of a new server."""

    def setUp(self):
        self.url = start_own_server(self.services)

    def test_counts_its_scrapes(self):
        scrapes = [case.scrape(self.url)[1] for _ in range(3)]
        self.assertEqual(scrapes, [text_of_scrape(number) for number in (1, 2, 3)])

    def test_serves_the_same_to_a_scraper_that_accepts_gzip(self):
        text = case.scrape(self.url, {"Accept-Encoding": "gzip"})[1]
        self.assertEqual(text, text_of_scrape(1))

    def test_gives_no_part_of_a_scrape_and_nothing_that_lies_behind_it_in_memory(self):
        for part in ("0-9", "0-1000000", "1000000-1000009", "1000000-", "-5", "0-1,3-4", "0-1,1000000-2000000"):
            with self.subTest(part):
                reply = harness.request(f"{self.url}/metrics", headers={"Range": f"bytes={part}"})
                self.assertEqual((reply.status, reply.body), (416, b""))

    def test_names_the_text_format(self):
        self.assert_content_type(self.url)

    def test_promtool_finds_nothing(self):
        self.assert_promtool_finds_nothing(case.scrape(self.url)[1])

    def test_official_parser_reads_the_value_back(self):
        wanted = {"scrapes_total": ("counter", SCRAPES_HELP, {}, 1)}
        self.assert_parsed(case.scrape(self.url)[1], wanted)


class UnderPrometheus(case.ServicesTest):
    """The server in Prometheus."""

    @classmethod
    def start(cls):
        cls.url = start_own_server(cls.services)
        cls.prometheus = cls.services.start_prometheus("own-server", [cls.url])

    def test_is_up(self):
        wanted = {"own-server": 1}
        harness.wait_for("up", lambda: self.prometheus.values("up", by="job"), wanted)

    def test_count_grows_with_every_scrape(self):
        query = "scrapes_total > bool 2"
        harness.wait_for(query, lambda: self.prometheus.values(query, by="job"), {"own-server": 1})

    def test_type_and_help_reach_prometheus(self):
        self.assert_metadata(self.prometheus, {"scrapes_total": ("counter", SCRAPES_HELP)})


class CommandLine(case.ServicesTest):
    """Errors at the start of the server."""

    USAGE = "usage: own_server [PORT]   (0 to 65535; 0 picks a free one)\n"

    def test_refuses_a_command_line_that_makes_no_sense(self):
        for words in (["http"], ["80x"], ["65536"], ["-1"], [""], ["0", "0"]):
            with self.subTest(words):
                done = self.run_program(case.binary("own_server"), *words)
                self.assertEqual(done, (2, "", self.USAGE))

    def test_says_which_port_is_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as holder:
            port = holder.getsockname()[1]
            done = self.run_program(case.binary("own_server"), port)
        self.assertEqual(done, (1, "", f"own_server: cannot listen on 127.0.0.1:{port}\n"))


if __name__ == "__main__":
    case.main()
