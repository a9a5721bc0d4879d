"""quickstart: the lines that it reads are the lines that a stock Prometheus sees."""

import socket

import case
import harness

URL = "http://127.0.0.1:9464"
LINES_HELP = "Lines read from standard input."


def start_quickstart(services):
    """Starts quickstart, whose port is fixed, and waits until it answers."""
    try:
        socket.create_server(("127.0.0.1", 9464)).close()
    except OSError as error:
        hint = "ss -ltnp 'sport = :9464' shows the process that uses it"
        raise harness.HarnessError(f"quickstart needs 127.0.0.1:9464: {error}; {hint}") from error
    program = services.start("quickstart", [case.binary("quickstart")])

    def answers():
        program.check_running()
        try:
            return harness.request(f"{URL}/metrics").status
        except OSError as error:
            return error

    harness.wait_for("quickstart serves", answers, 200)
    return program


class Quickstart(case.ServicesTest):
    """One run of the program from its first line to its last."""

    def test_lines_that_it_reads_reach_prometheus(self):
        quickstart = start_quickstart(self.services)
        prometheus = self.services.start_prometheus("quickstart", [URL])

        def lines():
            return prometheus.values("lines_read_total", by="instance")

        with self.subTest("starts at zero"):
            harness.wait_for("lines_read_total", lines, {"127.0.0.1:9464": 0})
        with self.subTest("counts lines"):
            quickstart.send(37 * "a line\n")
            harness.wait_for("lines_read_total", lines, {"127.0.0.1:9464": 37})
        with self.subTest("counts further lines, not one without its end"):
            quickstart.send("\n\nthe end comes later")
            harness.wait_for("lines_read_total", lines, {"127.0.0.1:9464": 39})
        with self.subTest("type and help"):
            self.assert_metadata(prometheus, {"lines_read_total": ("counter", LINES_HELP)})
        with self.subTest("the text itself"):
            text = case.scrape(URL)[1]
            self.assertEqual(
                text,
                f"# HELP lines_read_total {LINES_HELP}\n"
                "# TYPE lines_read_total counter\n"
                "lines_read_total 39\n",
            )
            self.assert_content_type(URL)
            self.assert_promtool_finds_nothing(text)
            self.assert_parsed(text, {"lines_read_total": ("counter", LINES_HELP, {}, 39)})
        with self.subTest("ends with its input"):
            quickstart.close_input()
            quickstart.wait()
            harness.wait_for("up", lambda: prometheus.values("up", by="job"), {"quickstart": 0})


if __name__ == "__main__":
    case.main()
