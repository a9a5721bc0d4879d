"""The landing page of an HTTP exporter in a headless Chromium: landing_page_test.py PROGRAM

PROGRAM is landing_page_service, or a program with the same options and metrics.
"""

import http.client
import http.server
import pathlib
import re
import signal
import statistics
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse

import case
import chromium
import harness

USER, PASSWORD = "prometheus", "open sesame"
WEB_CONFIG = f"""
basic_auth_users:
  {USER}: $2y$04$cTdlIu0f0rUhDVvPnWew8OmIdrlRqojp9aqmcXcGx1Euo/MuxK2p6
"""
# Functions of the tests. A row of a family: {type, size, help, now, small, chart}.
HELPERS = """
window.rows = () => [...document.querySelectorAll('#families > tbody > tr:not(.detail)')];
window.names = () => rows().map((row) => row.querySelector('bdi').textContent);
window.find = (name) => rows().find((row) => row.querySelector('bdi').textContent === name);
window.text = (node) => (node ? node.innerText.replace(/\\s+/g, ' ').trim() : null);
window.read = (name) => {
  const row = find(name);
  if (!row) return null;
  const cell = (selector) => text(row.querySelector(selector));
  const chart = [...row.querySelectorAll('[class^=line]')].map((path) => path.getAttribute('d'));
  return {type: cell('.type'), size: cell('.size'), help: cell('.metric small'), now: cell('b'),
          small: cell('.now small'), chart};
};
window.series = (name) => [...find(name).nextSibling.querySelector('table').tBodies[0].rows].map((row) =>
  [[...row.querySelectorAll('.labels > span')].map((span) => [...span.children].map((part) => part.textContent)),
   text(row.querySelector('b'))]);
window.choose = (id, value) => {
  const select = document.getElementById(id);
  select.value = value;
  select.dispatchEvent(new Event('change'));
};
window.filterBy = (words) => {
  const input = document.getElementById('filter');
  input.value = words;
  input.dispatchEvent(new Event('input'));
};
"""
UNITS = {"ns": 1e-9, "\u00b5s": 1e-6, "ms": 1e-3, "s": 1, "min": 60, "h": 3600}


def numbers(text):
    """Returns the values of "p50 12.5 ms p99 1.5 s" by their labels, in seconds."""
    return {p: float(value) * UNITS[unit] for p, value, unit in re.findall(r"(\w+) (\S+) (\S+)", text)}


class BrowserTest(case.ServicesTest):
    """Tests of pages that one service serves. A test fails if the page reported an error to the console."""

    options = ()

    @classmethod
    def start(cls):
        cls.browser = chromium.Chromium()
        cls.addClassCleanup(cls.browser.close)
        cls.program, cls.url = cls.start_service(*cls.options)

    @classmethod
    def start_service(cls, *options):
        program = cls.services.start(PROGRAM.name, [PROGRAM, *options], expected_exit=-signal.SIGTERM)
        return program, program.wait_for_line(r"listening on (http://\S+)")[1]

    def setUp(self):
        self.expected_errors = ()
        self.tab = self.browser.open("about:blank")
        self.addCleanup(self.check_tab)

    def check_tab(self):
        self.tab.close()
        unexpected = [error for error in self.tab.errors if not any(part in error for part in self.expected_errors)]
        self.assertEqual(unexpected, [])

    def load(self, url=None, interval="1"):
        """Shows the page, and waits until it has read the metrics."""
        self.tab.load(url or f"{self.url}/")
        self.tab.evaluate(HELPERS)
        self.tab.evaluate(f"choose('interval', '{interval}')")
        self.tab.wait_for("rows().length > 0")

    def wait_for_refreshes(self, times=1):
        for _ in range(times):
            updated = self.tab.evaluate("text(document.getElementById('updated'))")
            self.tab.wait_for(f"text(document.getElementById('updated')) !== '{updated}'")

    def read(self, name):
        return self.tab.evaluate(f"read('{name}')")

    def wait_for_text(self, selector, pattern):
        harness.wait_for(
            selector,
            lambda: bool(re.search(pattern, self.tab.evaluate(f"text(document.querySelector('{selector}'))") or "")),
            True,
        )


class Live(BrowserTest):
    """The metrics of the service while they change."""

    def setUp(self):
        super().setUp()
        self.load()

    def test_it_names_the_server(self):
        address = urllib.parse.urlsplit(self.url).netloc
        self.assertEqual(self.tab.evaluate("document.title"), address)
        self.assertEqual(self.tab.evaluate("text(document.querySelector('h1'))"), address)
        line = self.tab.evaluate("text(document.querySelector('header p'))")
        self.assertRegex(line, r"^narthex \d+\.\d+\.\d+ \u00b7 started ")
        self.assertRegex(self.tab.evaluate("text(document.getElementById('start'))"), r"\(\S+ (s|min) ago\)$")
        links = self.tab.evaluate("[...document.querySelectorAll('nav a')].map((a) => [a.textContent, a.href])")
        self.assertEqual(links, [[path, self.url + path] for path in ("/metrics", "/internals", "/healthz")])
        choices = self.tab.evaluate("[...document.getElementById('path').options].map((option) => option.text)")
        self.assertEqual(choices, ["/metrics", "/internals"])

    def test_values_move_and_charts_grow(self):
        seen = set()
        points = []
        for _ in range(4):
            row = self.read("queue_depth")
            seen.add(row["now"])
            points.append(row["chart"][0].count("L"))
            self.wait_for_refreshes()
        self.assertGreater(len(seen), 1)
        self.assertEqual(points, sorted(set(points)))

    def test_counters_have_a_rate(self):
        self.tab.wait_for("read('steady_total').chart[0].split('L').length > 3")
        row = self.read("steady_total")
        self.assertEqual((row["type"], row["size"], row["help"]), ("counter", "1", "Rises by 100 a second."))
        self.assertAlmostEqual(float(row["now"].removesuffix("/s")), 100, delta=15)
        self.assertRegex(row["small"], r"^total [\d,]+$")
        self.assertAlmostEqual(float(self.read("http_requests_total")["now"].removesuffix("/s")), 325, delta=45)

    def test_histograms_and_summaries_have_quantiles(self):
        self.tab.wait_for("read('http_request_duration_seconds').chart[2].includes('L')")
        row = self.read("http_request_duration_seconds")
        for p, value in {"p50": 0.05, "p90": 0.09, "p99": 0.099}.items():
            self.assertAlmostEqual(numbers(row["now"])[p], value, delta=0.005, msg=row)
        self.assertRegex(row["small"], r"^\d+(\.\d+)?/s \u00b7 mean [45]\S* ms \u00b7 total [\d,]+$")
        self.assertAlmostEqual(numbers(self.read("native_seconds")["now"])["mean"], 0.05, delta=0.005)
        summary = numbers(self.read("summary_seconds")["now"])
        self.assertAlmostEqual(summary["p50"], 0.05, delta=0.005)
        self.assertAlmostEqual(summary["p99"], 0.099, delta=0.005)

    def test_other_kinds_show_their_value(self):
        self.assertEqual(self.read("build_info")["now"], "version 2.4.1")
        self.assertEqual(self.read("not_a_number")["now"], "NaN")
        self.assertEqual(self.read("endless")["now"], "+Inf")
        self.assertRegex(self.read("process_start_time_seconds")["now"], r"^\S+ (s|min) ago$")
        self.assertRegex(self.read("process_resident_memory_bytes")["now"], r"^\S+ MiB$")
        self.tab.wait_for("read('worker_state').now === 'running'")
        self.tab.wait_for("read('worker_state').now === 'idle'")

    def test_tiles_summarise_the_process(self):
        self.assertEqual(
            self.tab.evaluate("[...document.querySelectorAll('#tiles li > span')].map(text)"),
            ["CPU time", "Memory", "Threads", "Open files", "Requests", "Request duration"],
        )

    def test_hostile_labels_stay_text(self):
        self.tab.evaluate("find('hostile').querySelector('button').click()")
        self.tab.wait_for("series('hostile').length")
        self.assertEqual(
            self.tab.evaluate("series('hostile')"),
            [
                [[["value", "<img src=x onerror=\"document.title='owned'\">"]], "1"],
                [[["value", 'back\\slash "quoted"\nsecond line']], "2"],
                [[["value", 'gr\u00f6\u00dfe \u20ac \u2028hostile{value="forged"} 9']], "3"],
            ],
        )
        self.assertEqual(self.read("hostile")["help"], '<b>Values</b> of an "untrusted" client \\ line break.')
        self.assertEqual(self.tab.evaluate("document.querySelectorAll('img, #families b b').length"), 0)
        self.assertNotEqual(self.tab.evaluate("document.title"), "owned")

    def test_the_policy_forbids_other_scripts(self):
        self.expected_errors = ("Content Security Policy", "TrustedHTML", "TrustedScript")
        with self.assertRaisesRegex(chromium.ChromiumError, "TrustedScript"):
            self.tab.evaluate("document.createElement('script').textContent = 'window.ran = 1'")
        style = "Object.assign(document.createElement('style'), {textContent: 'h1 {color: red}'})"
        self.tab.evaluate(f"document.body.append({style})")
        self.assertNotEqual(self.tab.evaluate("getComputedStyle(document.querySelector('h1')).color"), "rgb(255, 0, 0)")
        with self.assertRaisesRegex(chromium.ChromiumError, "TrustedHTML"):
            self.tab.evaluate("document.body.innerHTML = '<b>'")
        with self.assertRaisesRegex(chromium.ChromiumError, "Failed to fetch"):
            self.tab.evaluate("fetch('http://127.0.0.2:1/')")
        self.assertGreaterEqual(len(self.tab.errors), 3)

    def test_the_filter_finds_names_helps_types_and_labels(self):
        self.tab.wait_for("names().includes('worker_state')")  # the last one
        everything = len(self.tab.evaluate("names()"))
        for words, wanted in {
            "steady": ["steady_total"],
            "RISES By": ["steady_total"],
            "summary": ["summary_seconds"],
            "code=500": ["http_requests_total"],
            'http code="200"': ["http_requests_total"],
            "no such metric": [],
        }.items():
            self.tab.evaluate(f"filterBy('{words}')")
            self.assertEqual(self.tab.evaluate("names()"), wanted, words)
            self.wait_for_text("#count", f"^{len(wanted)} of {everything} families")
        self.tab.evaluate("filterBy('code=500'); find('http_requests_total').querySelector('button').click()")
        shown = [labels for labels, _ in self.tab.evaluate("series('http_requests_total')")]
        self.assertEqual(shown, [[["code", "500"]]])
        self.tab.evaluate("filterBy('')")
        self.tab.wait_for(f"names().length === {everything}")
        self.assertEqual(len(self.tab.evaluate("series('http_requests_total')")), 2)

    def test_the_heads_sort(self):
        def sorted_by(column):
            self.tab.evaluate(f"document.querySelector('[data-sort={column}]').click()")
            self.tab.wait_for(f"names().length === {len(names)}")
            return self.tab.evaluate("[names(), document.querySelector('[aria-sort]').ariaSort]")

        self.tab.wait_for("names().includes('worker_state')")  # the last one
        names = self.tab.evaluate("names()")
        self.assertEqual(names, sorted(names))
        self.assertEqual(sorted_by("name"), [names[::-1], "descending"])
        by_size, direction = sorted_by("size")
        self.assertEqual((by_size[0], direction), ("hostile", "ascending"))
        self.assertEqual(sorted_by("type")[0][0], "http_requests_total")

    def test_the_keyboard_is_enough(self):
        press = self.tab.press
        focused = "document.activeElement.innerText || document.activeElement.id"
        press("/")
        self.assertEqual(self.tab.evaluate(focused), "filter")
        self.tab.write("http_")
        self.tab.wait_for("names().length === 2")
        press("ArrowDown")
        self.assertEqual(self.tab.evaluate(focused), "http_request_duration_seconds")
        self.assertEqual(self.tab.evaluate("getComputedStyle(document.activeElement).outlineStyle"), "solid")
        press("ArrowDown")
        self.assertEqual(self.tab.evaluate(focused), "http_requests_total")
        expanded = "document.activeElement.ariaExpanded"
        self.assertEqual(self.tab.evaluate(expanded), "false")
        press("Enter")
        self.assertEqual(self.tab.evaluate(expanded), "true")
        self.assertEqual(len(self.tab.evaluate("series('http_requests_total')")), 2)
        self.wait_for_refreshes()
        self.assertEqual(self.tab.evaluate(focused), "http_requests_total")  # still
        press("Enter")
        self.assertEqual(self.tab.evaluate(expanded), "false")
        press("Home")
        self.assertEqual(self.tab.evaluate(focused), "http_request_duration_seconds")
        press("ArrowUp")
        self.assertEqual(self.tab.evaluate(focused), "filter")
        press("End")
        self.assertEqual(self.tab.evaluate(focused), "filter")
        unnamed = """[...document.querySelectorAll('input, select, button')].filter((field) => field.checkVisibility()
          && !(field.ariaLabel || field.labels?.[0]?.innerText || field.innerText)).map((field) => field.outerHTML)"""
        self.assertEqual(self.tab.evaluate(unnamed), [])

    def test_another_path_can_be_chosen(self):
        self.tab.evaluate("choose('path', '/internals')")
        self.tab.wait_for("names().join() === 'internal_total'")
        self.assertEqual(self.read("internal_total")["small"], "total 7")
        self.tab.evaluate("choose('path', '/metrics')")
        self.tab.wait_for("names().includes('steady_total')")

    def test_text_has_contrast_in_light_and_dark(self):
        luminance = """(colour) => {
          const canvas = new OffscreenCanvas(1, 1).getContext('2d');
          canvas.fillStyle = colour;
          canvas.fillRect(0, 0, 1, 1);
          const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((part) =>
            part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        }"""

        def contrasts():
            return self.tab.evaluate(f"""(() => {{
              const luminance = {luminance};
              const colour = (selector, name) => luminance(getComputedStyle(document.querySelector(selector))[name]);
              const grounds = [colour('body', 'backgroundColor'), colour('#families', 'backgroundColor')];
              const texts = ['h1', 'p', 'nav a', '#status', 'small', '.counter', '.gauge', '.histogram', '.summary'];
              const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
              const ratios = texts.flatMap((text) =>
                grounds.map((ground) => [text, ratio(colour(text, 'color'), ground)]));
              return {{isDark: grounds[0] < 0.2, low: ratios.filter(([, ratio]) => ratio < 4.5)}};
            }})()""")

        for scheme in ("light", "dark"):
            self.tab.prefer(scheme)
            self.assertEqual(contrasts(), {"isDark": scheme == "dark", "low": []})
        self.tab.evaluate("choose('theme', 'light')")
        self.assertFalse(contrasts()["isDark"])
        self.tab.prefer("light")
        self.tab.evaluate("choose('theme', 'dark')")
        self.assertTrue(contrasts()["isDark"])

    def test_narrow_screens_need_no_sideways_scrolling(self):
        self.tab.resize(360, 700)
        self.tab.evaluate("find('hostile').querySelector('button').click()")
        self.assertLessEqual(self.tab.evaluate("document.scrollingElement.scrollWidth"), 360)
        cells = "[...find('hostile').cells]"
        widths = self.tab.evaluate(f"{cells}.map((cell) => cell.offsetWidth)")
        self.assertEqual([width >= 80 for width in widths], [True, False, False, True, True])
        visible = self.tab.evaluate(f"{cells}.map((cell) => cell.checkVisibility({{checkVisibilityCSS: true}}))")
        self.assertEqual(visible, [True, False, False, True, True])

    def test_a_hidden_tab_reads_nothing(self):
        requests = []
        self.tab.intercept(lambda url: requests.append(url))
        self.tab.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
        self.tab.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        time.sleep(1)  # a request that had started
        requests.clear()
        time.sleep(3)
        self.assertEqual(requests, [])
        self.tab.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
        harness.wait_for("requests", lambda: len(requests) > 0, True)


class Replies(BrowserTest):
    """The page reads texts of the test. Its clock stands still between them, so that rates are exact."""

    def setUp(self):
        super().setUp()
        self.replies = [(200, "# TYPE first gauge\nfirst 1\n")]
        self.tab.intercept(lambda url: self.replies[-1] if url.endswith("/metrics") else None)
        self.load(interval="15")
        self.tab.evaluate("window.time = Date.now(); Date.now = () => time")

    def reply(self, text, seconds=10, status=200):
        """Lets the page read a text, some seconds after the last one."""
        self.replies.append((status, text))
        self.tab.evaluate(f"time += {seconds * 1000}; dispatchEvent(new Event('online'))")
        if status == 200:
            marker = re.search(r"^marker (\d+)$", text, re.MULTILINE)[1]  # each text has its own
            self.tab.wait_for(f"read('marker')?.now === '{marker}'")

    def test_rates_start_with_the_second_text_and_survive_a_reset(self):
        rates = {100: "\u2013", 150: "5/s", 20: "2/s", 21: "0.1/s", 10**9 + 21: "100,000,000/s"}
        for marker, (value, now) in enumerate(rates.items()):
            self.reply(f"# TYPE jobs_total counter\njobs_total {value}\nmarker {marker}\n")
            self.assertEqual(self.read("jobs_total")["now"], now)

    def test_quantiles_are_those_of_prometheus(self):
        def text(marker, *counts):
            bounds = ("-1", "0", "0.5", "1", "2", "+Inf")
            buckets = "".join(f'wait_bucket{{le="{le}"}} {n}\n' for le, n in zip(bounds, counts))
            total = f"wait_sum {counts[-1]}\nwait_count {counts[-1]}\n"
            return f"# TYPE wait histogram\n{buckets}{total}marker {marker}\n"

        self.reply(text(1, 0, 0, 10, 30, 40, 40))
        self.assertEqual(self.read("wait")["now"], "p50 0.75 p90 1.6 p99 1.96")
        self.assertEqual(self.read("wait")["small"], "mean 1 \u00b7 total 40 \u00b7 since the start")
        self.reply(text(2, 0, 0, 110, 130, 140, 140))  # all between 0 and 0.5
        self.assertEqual(self.read("wait")["now"], "p50 0.25 p90 0.45 p99 0.495")
        self.assertEqual(self.read("wait")["small"], "10/s \u00b7 mean 1 \u00b7 total 140")
        self.reply(text(3, 0, 0, 110, 130, 140, 140))
        self.assertEqual(self.read("wait")["small"], "0/s \u00b7 mean 1 \u00b7 total 140 \u00b7 since the start")
        self.reply(text(4, 100, 100, 210, 230, 240, 250))  # below the lowest bound and above the highest
        self.assertEqual(self.read("wait")["now"], "p50 -1 p90 -1 p99 2")
        self.reply(text(5, 0, 0, 2, 2, 2, 2))  # after a restart
        self.assertEqual(self.read("wait")["now"], "p50 0.25 p90 0.45 p99 0.495")
        self.assertEqual(self.read("wait")["small"], "0.2/s \u00b7 mean 1 \u00b7 total 2")

    def test_odd_texts_are_read(self):
        self.reply(
            "# a comment\n#\n# HELP\nmarker 1\n\nno_type 3\nwith_time 4 1700000000000\r\n"
            'no_type_labels{a="1",b="}"} 5\nno_type_labels{a="2",} -Inf\n'
            "# TYPE large gauge\nlarge 1.5e+300\n# TYPE small gauge\nsmall 2e-9\n# TYPE empty counter\n"
            "# HELP late Has no type.\nlate +Inf\nnot a sample\nhalf{a=\n"
            "# TYPE two gauge\ntwo{x=\"1\"} NaN\ntwo{x=\"2\"} 7\n"
            '# TYPE state gauge\nstate{job="a",state="on"} 1\nstate{job="a",state="off"} 0\n'
            'state{job="b",state="on"} 1\nstate{job="b",state="off"} 0\n'
            '# TYPE level gauge\nlevel{level="high"} 3\n# TYPE zero summary\nzero_sum 0\nzero_count 0\n'
        )
        now = {name: self.read(name)["now"] for name in self.tab.evaluate("names()")}
        self.assertEqual(
            now,
            {
                "marker": "1",
                "no_type": "3",
                "with_time": "4",
                "no_type_labels": "-Inf",
                "large": "1.50e+300",
                "small": "2.00e-9",
                "empty": "",
                "late": "+Inf",
                "two": "7",
                "state": "2 on",
                "level": "3",
                "zero": "\u2013",
            },
        )
        self.assertEqual(self.read("empty")["small"], "no series")
        self.assertEqual(self.read("two")["small"], "sum of 7 to 7")
        self.assertEqual(self.read("late")["help"], "Has no type.")
        self.tab.evaluate("find('no_type_labels').querySelector('button').click()")
        self.assertEqual(
            self.tab.evaluate("series('no_type_labels')"), [[[["a", "1"], ["b", "}"]], "5"], [[["a", "2"]], "-Inf"]]
        )

    def test_charts_show_gaps(self):
        for marker, seconds in enumerate([10, 10, 60, 10, 10]):
            self.reply(f"# TYPE depth gauge\ndepth {'NaN' if marker == 4 else marker}\nmarker {marker}\n", seconds)
        chart = self.read("depth")["chart"]
        heights = [re.findall(r"[ML]\S+ ([\d.]+)", line) for line in chart[0].split("h0")[:-1]]
        self.assertEqual((heights, chart[1:]), ([["26.0", "17.3"], ["8.7", "0.0"]], ["", ""]))

    def test_only_families_have_charts_if_there_are_more_than_10_000_series(self):
        for marker, size in enumerate([9_999, 10_000]):
            text = "".join(f'many{{id="{i}"}} {i}\n' for i in range(size))
            self.reply(f"marker {marker}\n# TYPE many gauge\n{text}")
            if not marker:
                self.tab.evaluate("find('many').querySelector('button').click()")
            charts = "find('many').nextSibling.querySelectorAll('.labels ~ .trend .line0[d^=M]').length"
            self.assertEqual(self.tab.evaluate(charts), 0 if marker else 20)
            self.assertNotEqual(self.read("many")["chart"][0], "")

    def test_a_large_text_is_read_in_slices(self):
        text = "".join(f'many{{id="{i}",zone="z{i % 7}"}} {i}\n' for i in range(50_000))
        for marker in range(2):
            tasks = self.tab.trace(lambda m=marker: self.reply(f"marker {m}\n# TYPE many gauge\n{text}"))
            print(f"    longest tasks: {', '.join(f'{ms:.0f}' for ms in tasks[:4])} ms of CPU time")
            self.assertLess(tasks[0], 100)
        self.assertEqual(self.read("many")["size"], "50,000")

    def test_a_page_instead_of_metrics_shows_nothing(self):
        self.reply("<!doctype html>\n<p class=x> log in 1 </p>\nmarker 1\n")
        self.assertEqual(self.tab.evaluate("names()"), ["marker"])

    def test_what_disappears_is_removed_and_a_new_type_starts_again(self):
        self.reply('# TYPE jobs_total counter\njobs_total{a="1"} 5\njobs_total{a="2"} 5\ngone 1\nmarker 1\n')
        self.tab.evaluate("find('jobs_total').querySelector('button').click()")
        self.assertEqual(len(self.tab.evaluate("series('jobs_total')")), 2)
        self.reply('# TYPE jobs_total counter\njobs_total{a="1"} 25\nmarker 2\n')
        self.assertEqual(self.tab.evaluate("series('jobs_total')"), [[[["a", "1"]], "2/s"]])
        self.assertEqual(self.tab.evaluate("names()"), ["jobs_total", "marker"])
        self.reply('# TYPE jobs_total counter\njobs_total{a="1"} 45\njobs_total{a="2"} 5\nmarker 3\n')
        self.assertEqual(self.tab.evaluate("series('jobs_total')"), [[[["a", "1"]], "2/s"], [[["a", "2"]], "\u2013"]])
        self.reply('# TYPE jobs_total gauge\njobs_total{a="1"} 8\nmarker 4\n')
        self.assertEqual((self.read("jobs_total")["type"], self.read("jobs_total")["now"]), ("gauge", "8"))

    def test_errors_are_shown_and_end(self):
        self.expected_errors = ("Failed to load resource",)
        self.tab.evaluate("choose('interval', '1')")
        for status, message in {
            401: "401 Unauthorized: reload this page to log in. Trying again.",
            503: "The server replied 503 Service Unavailable. Trying again.",
            0: "The server cannot be reached. Trying again.",
        }.items():
            self.reply("", status=status)
            self.wait_for_text("#status", re.escape(message))
            self.assertTrue(self.tab.evaluate("document.body.classList.contains('failed')"))
            self.reply("marker 1\n")
            self.wait_for_text("#status", "Live$")
            self.assertFalse(self.tab.evaluate("document.body.classList.contains('failed')"))
            self.tab.evaluate("filterBy('')")

    def test_a_silent_server_is_a_timeout(self):
        self.tab.on_request = lambda url: self.tab.NEVER if url.endswith("/metrics") else None
        self.tab.evaluate("dispatchEvent(new Event('online'))")
        self.wait_for_text("#status", r"No complete reply in 10 s\. Trying again\.$")

    def test_its_memory_is_bounded(self):
        def read(first, last):
            for marker in range(first, last):
                series = "".join(f'jobs_total{{id="{marker}-{i}"}} {i}\n' for i in range(20))
                families = "".join(f"# TYPE family_{marker}_{i} gauge\nfamily_{marker}_{i} {i}\n" for i in range(20))
                self.reply(f"# TYPE jobs_total counter\n{series}{families}marker {marker}\n", seconds=1)
            self.tab.call("HeapProfiler.collectGarbage")
            self.tab.call("HeapProfiler.collectGarbage")
            metrics = {metric["name"]: metric["value"] for metric in self.tab.call("Performance.getMetrics")["metrics"]}
            return metrics["JSHeapUsedSize"], metrics["Nodes"], self.read("marker")["chart"][0].count("L")

        self.tab.call("Performance.enable")
        read(1, 5)
        self.tab.evaluate("find('jobs_total').querySelector('button').click()")
        heap, nodes, points = read(5, 200)
        later_heap, later_nodes, later_points = read(200, 400)
        print(f"    heap {heap / 1e6:.2f} MB, later {later_heap / 1e6:.2f} MB; nodes {nodes}, later {later_nodes}")
        self.assertEqual((points, later_points), (119, 119))
        self.assertLess(later_heap, heap * 1.1)
        self.assertLess(later_nodes, nodes * 1.1)


class ManySeries(BrowserTest):
    """5,000 series: 2,500 in one family, and 2,500 families with one each."""

    options = ("--series", "5000")

    def setUp(self):
        super().setUp()
        self.tab.resize(1200, 1000)

    def test_they_stay_usable(self):
        self.load()
        self.tab.wait_for("text(document.getElementById('count')).startsWith('2,5')")
        self.assertLessEqual(self.tab.evaluate("rows().length"), 100)

        def use():
            words = ["l", "lo", "load_", "load_0", "load_02", "load_024", "", "shard=77", "shard=777", "load_total"]
            latencies.extend(
                self.tab.evaluate(f"""(async () => {{
                  const latencies = [];
                  for (const text of {words}) {{
                    const start = performance.now();
                    filterBy(text);
                    await new Promise(requestAnimationFrame);
                    await new Promise((painted) => setTimeout(painted));
                    latencies.push(performance.now() - start);
                  }}
                  return latencies;
                }})()""")
            )
            self.tab.evaluate("find('load_total').querySelector('button').click()")
            self.wait_for_refreshes(3)
            self.tab.evaluate("filterBy('')")
            self.wait_for_refreshes(3)

        latencies = []
        tasks = self.tab.trace(use)
        print(f"    filter: {statistics.median(latencies):.0f} ms, at most {max(latencies):.0f} ms to the next picture")
        print(f"    longest tasks: {', '.join(f'{ms:.0f}' for ms in tasks[:8])} ms of CPU time")
        self.assertLess(statistics.median(latencies), 500)
        self.assertLess(tasks[0], 50)

    def test_all_rows_can_be_reached(self):
        self.load(interval="15")
        self.tab.wait_for("text(document.getElementById('count')).startsWith('2,5')")
        before = self.tab.evaluate("rows().length")
        self.tab.press("/")
        self.tab.press("ArrowDown")
        for _ in range(5):
            self.tab.press("End")
            self.tab.wait_for(f"rows().length > {before}")
            before = self.tab.evaluate("rows().length")
        self.tab.evaluate("filterBy('load_total'); find('load_total').querySelector('button').click()")
        self.assertEqual(len(self.tab.evaluate("series('load_total')")), 20)
        more = "find('load_total').nextSibling.querySelector('td > button')"
        self.assertEqual(self.tab.evaluate(f"{more}.innerText"), "Show more (2,480 left)")
        self.tab.evaluate(f"{more}.click()")
        self.assertEqual(len(self.tab.evaluate("series('load_total')")), 40)
        self.tab.evaluate("filterBy('shard=2499')")
        self.assertEqual(self.tab.evaluate("series('load_total')[0][0]"), [["shard", "2499"]])


class Recovery(BrowserTest):
    """A server that ends and starts again."""

    def test_it_recovers_after_the_server_was_away(self):
        self.expected_errors = ("Failed to load resource",)
        self.load()
        self.tab.wait_for("read('steady_total').now !== '\u2013'")
        started = self.tab.evaluate("document.getElementById('start').dateTime")
        self.services.stop_program(self.program)
        self.wait_for_text("#status", "The server cannot be reached. Trying again.$")
        time.sleep(1.1)  # so that the time of the new start is another one
        port = urllib.parse.urlsplit(self.url).port
        type(self).program, _ = self.start_service("--port", port)
        self.wait_for_text("#status", "Live$")
        self.assertNotEqual(self.tab.evaluate("document.getElementById('start').dateTime"), started)
        self.tab.wait_for("read('steady_total').now.startsWith('100')")


class Proxy(http.server.BaseHTTPRequestHandler):
    """Passes requests below /app to the service without that prefix."""

    def do_GET(self):
        """Replies as the service does."""
        connection = http.client.HTTPConnection(self.server.backend)
        connection.request("GET", self.path.removeprefix("/app") or "/", headers={"Accept": self.headers["Accept"]})
        reply = connection.getresponse()
        self.send_response(reply.status if self.path.startswith("/app") else 404)
        for name in ("Content-Type", "Content-Length", "Content-Security-Policy"):
            if reply.headers[name]:
                self.send_header(name, reply.headers[name])
        self.end_headers()
        self.wfile.write(reply.read())
        connection.close()

    def log_message(self, *_):
        """Logs nothing."""


class BehindAProxy(BrowserTest):
    """The page below a prefix."""

    def test_it_finds_the_metrics_below_the_prefix(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
        server.backend = urllib.parse.urlsplit(self.url).netloc
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        for path in ("/app", "/app/"):
            self.load(f"http://127.0.0.1:{server.server_port}{path}")
            self.tab.wait_for("names().includes('steady_total')")


class Password(BrowserTest):
    """A server with a web configuration file."""

    @classmethod
    def start(cls):
        folder = tempfile.TemporaryDirectory(prefix="narthex-")
        cls.addClassCleanup(folder.cleanup)
        file = pathlib.Path(folder.name, "web.yml")
        file.write_text(WEB_CONFIG)
        cls.options = ("--web-config", file)
        super().start()

    def test_the_password_of_the_page_is_enough(self):
        user = f"{USER}:{urllib.parse.quote(PASSWORD)}@"
        self.load(self.url.replace("//", f"//{user}") + "/")
        self.wait_for_text("#status", "Live$")
        self.tab.wait_for("read('steady_total').now !== '\u2013'")

    def test_there_is_no_page_without_the_password(self):
        with self.assertRaisesRegex(chromium.ChromiumError, "ERR_INVALID_AUTH_CREDENTIALS"):
            self.tab.load(f"{self.url}/")


if __name__ == "__main__":
    PROGRAM = pathlib.Path(sys.argv.pop(1))
    case.main()
