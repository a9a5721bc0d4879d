"""RemoteWriteExporter pushes to a stock Prometheus, and to a receiver of the test that decodes with protoc.

usage: remote_write_test.py REMOTE_WRITE_SERVICE PROTOC METRICS_PROTO
"""

import json
import math
import signal
import sys
import time

from prometheus_client.openmetrics.parser import text_string_to_metric_families

import case
import formats
import harness
import remote_write_receiver as receiver

PROTOC = formats.PROTOC
OPENMETRICS = {"Accept": "application/openmetrics-text; version=1.0.0"}
RECEIVER_OPTION = "--web.enable-remote-write-receiver"


def start_service(services, url, version, interval_ms=500, native=False, ends=False):
    """Starts the program that pushes; returns it and the URL where it can be scraped. `ends`: a test ends it."""
    command = [formats.PROGRAM, url, version, interval_ms, int(native)]
    program = services.start("remote_write_service", command, expected_exit=0 if ends else -signal.SIGTERM)
    return program, program.wait_for_line(r"http://\S+")[0]


def start_prometheus(services, features=("exemplar-storage",), executable=None):
    """Starts a Prometheus that receives, and that scrapes the targets of a file; returns both."""
    targets = services.folder() / "targets.json"
    targets.write_text("[]")
    jobs = [{"job_name": "scraped", "file_sd_configs": [{"files": [str(targets)], "refresh_interval": "1s"}]}]
    config = {"global": {"scrape_interval": "1s", "scrape_timeout": "1s"}, "scrape_configs": jobs}
    prometheus = services.start_configured_prometheus(
        config, features=features, options=[RECEIVER_OPTION], executable=executable
    )
    return prometheus, targets


def scrape_it(targets, url):
    """Lets a Prometheus scrape a URL too."""
    targets.write_text(json.dumps([{"targets": [url.removeprefix("http://")]}]))


def series_of(prometheus, job):
    """Returns the float series of a job: {labels without job and instance: value as text}."""
    found = {}
    for one in prometheus.get("query", query=f'{{job="{job}"}}')["result"]:
        labels = {name: value for name, value in one["metric"].items() if name not in ("job", "instance")}
        if labels["__name__"] != "up" and not labels["__name__"].startswith("scrape_"):
            value = one["value"][1]
            found[tuple(sorted(labels.items()))] = "0" if value == "-0" else value  # a scrape has no negative zero
    return found


def exemplars_of(prometheus, job):
    """Returns the exemplars of a job: {name and le: [(labels, value)]}."""
    data = prometheus.get("query_exemplars", query=f'{{job="{job}"}}', start=time.time() - 600, end=time.time() + 60)
    return {
        (one["seriesLabels"]["__name__"], one["seriesLabels"].get("le")): [(e["labels"], e["value"]) for e in one["exemplars"]]
        for one in data
    }


class PushedToPrometheus(case.ServicesTest):
    """A Prometheus has the same series whether it scrapes them or receives them."""

    maxDiff = None
    version = "1"
    executable = None

    @classmethod
    def start(cls):
        cls.prometheus, cls.targets = start_prometheus(cls.services, executable=cls.executable)
        cls.service, url = start_service(cls.services, f"{cls.prometheus.url}/api/v1/write", cls.version, ends=True)
        scrape_it(cls.targets, url)

    def has(self, query, wanted):
        harness.wait_for(query, lambda: [value for _, value in self.prometheus.query(query)], wanted)

    def test_1_the_names_the_labels_and_the_values_are_those_of_a_scrape(self):
        self.has('steps_total{job="pushed"}', [1])
        self.has('steps_total{job="scraped"}', [1])
        pushed = series_of(self.prometheus, "pushed")
        self.assertEqual(pushed, series_of(self.prometheus, "scraped"))
        self.assertGreater(len(pushed), 50)
        names = {dict(labels)["__name__"] for labels in pushed}
        self.assertLessEqual({"awkward", "numbers", "things", "build_info", "Mode", "sizes", "queue_gsum"}, names)
        self.assertEqual(self.prometheus.query("up")[0][0]["job"], "scraped")  # pushed series have no such series

    def test_2_the_exemplars_are_those_of_a_scrape(self):
        harness.wait_for(
            "exemplars", lambda: exemplars_of(self.prometheus, "pushed"), exemplars_of(self.prometheus, "scraped")
        )
        self.assertIn(("steps_total", None), exemplars_of(self.prometheus, "pushed"))

    def test_3_an_update_arrives(self):
        self.service.send("inc\nflush\n")
        self.service.wait_for_line("^pushed")
        self.has('steps_total{job="pushed"}', [2])

    def test_4_a_removed_series_is_stale(self):
        query = 'removed{job="pushed"}'
        self.assertEqual(self.prometheus.values(query, "zone"), {"a": 1, "b": 2})
        self.service.send("remove\n")
        harness.wait_for(query, lambda: self.prometheus.values(query, "zone"), {"a": 1})

    def test_5_a_receiver_that_hangs_loses_no_count_and_blocks_nothing(self):
        program = self.prometheus._program  # pylint: disable=protected-access
        program.send_signal(signal.SIGSTOP)
        start = time.monotonic()
        self.service.send("inc\n" * 10)
        self.service.wait_for_line("incremented")
        self.assertLess(time.monotonic() - start, 5)
        time.sleep(2)
        program.send_signal(signal.SIGCONT)
        self.has('steps_total{job="pushed"}', [12])

    def test_6_all_series_are_stale_at_the_end(self):
        self.service.send("end\n")
        self.service.wait_for_line("^ended")
        harness.wait_for("no series", lambda: series_of(self.prometheus, "pushed"), {})
        self.assertEqual(self.prometheus.query('count(last_over_time(steps_total{job="pushed"}[5m]))')[0][1], 1)


class PushedNativeHistograms(case.ServicesTest):
    """A Prometheus has the same native histograms whether it scrapes them or receives them."""

    version = "1"
    executable = None

    @classmethod
    def start(cls):
        cls.prometheus, targets = start_prometheus(cls.services, ("native-histograms",), cls.executable)
        url = f"{cls.prometheus.url}/api/v1/write"
        _, scraped = start_service(cls.services, url, cls.version, native=True)
        scrape_it(targets, scraped)

    def test_they_are_those_of_a_scrape(self):
        for name in ("native_seconds", "both"):
            found = []
            for job in ("pushed", "scraped"):
                query = f'{name}{{job="{job}"}}'
                harness.wait_for(query, lambda q=query: len(self.prometheus.get("query", query=q)["result"]), 1)
                (one,) = self.prometheus.get("query", query=query)["result"]
                found.append(one["histogram"][1])
            self.assertEqual(found[0], found[1], name)


class Decoded(case.unittest.TestCase):
    """Protoc reads the series that a scrape has."""

    maxDiff = None

    def pushed(self, version, is_v2, native=False):
        """Returns what a receiver has got after a push and the end, and the text of a scrape."""
        got = receiver.Receiver(PROTOC, is_v2)
        with harness.Services() as services:
            program, url = start_service(services, got.url, version, 60_000, native, ends=True)
            program.send("flush\n")
            program.wait_for_line("^pushed")
            _, text = case.scrape(url, OPENMETRICS)
            program.send("end\n")
            program.wait_for_line("^ended")
        got.stop()
        return got, text

    def check_series(self, series, text):
        wanted = {}
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                labels = {name: value for name, value in sample.labels.items() if value}
                labels |= {"__name__": sample.name, "job": "pushed", "instance": "here"}
                wanted[tuple(sorted(labels.items()))] = repr(float(sample.value) + 0.0)
        found = {}
        for one in series:
            self.assertEqual(one.labels, sorted(one.labels))  # all are ASCII, so that this is the order of the bytes
            found[tuple(one.labels)] = repr(one.value + 0.0)
        self.assertEqual(found, wanted)
        self.assertEqual(len(found), len(series))

    def test_the_messages_of_1(self):
        got, text = self.pushed("auto", False)
        requests = got.requests()
        self.assertEqual([receiver.version_of(request) for request in requests[:3]], [2, 1, 1])
        series, metadata = receiver.decode(PROTOC, requests[1])
        self.check_series(series, text)
        self.assertEqual(metadata["awkward"], (2, 'Say "x" \\ and\nmore.', ""))
        self.assertEqual(metadata["steps_total"], (1, "Steps.", ""))
        self.assertEqual(metadata["classic_seconds"], (3, "Classic.", "seconds"))
        self.assertEqual({name: one[0] for name, one in metadata.items() if one[0] not in (1, 2, 3)},
                         {"Mode": 7, "build_info": 6, "nothing": 5, "queue": 4, "sizes": 5, "things": 0})
        self.assertEqual({e[0]["trace_id"] for one in series for e in one.exemplars}, {"ab12", "cd34", "ef56"})
        self.assertEqual(receiver.decode(PROTOC, requests[2])[1], {})

    def test_the_messages_of_2(self):
        got, text = self.pushed("auto", True)
        requests = got.requests()
        self.assertEqual([receiver.version_of(request) for request in requests[:3]], [2, 2, 2])
        self.assertEqual(receiver.decode(PROTOC, requests[0]), ([], {}))
        series, _ = receiver.decode(PROTOC, requests[1])
        self.check_series(series, text)
        now = time.time() * 1000
        for one in series:
            labels = dict(one.labels)
            self.assertTrue(now - 120_000 < one.time <= now)
            counts = labels["__name__"].startswith(("steps", "classic", "native", "both", "sizes", "nothing"))
            self.assertEqual(0 < one.start <= one.time, counts, labels)
        metadata = {dict(one.labels)["__name__"]: one.metadata for one in series}
        self.assertEqual(metadata["classic_seconds_bucket"], (3, "Classic.", "seconds"))
        self.assertEqual(metadata["Mode"], (7, "Mode.", ""))

    def test_native_histograms(self):
        for version, is_v2 in (("1", False), ("2", True)):
            got, _ = self.pushed(version, is_v2, native=True)
            series, _ = receiver.decode(PROTOC, got.requests()[0])
            native = {dict(one.labels)["__name__"]: one for one in series if one.histogram}
            self.assertEqual(set(native), {"native_seconds", "both"})
            histogram = native["native_seconds"].histogram
            self.assertEqual((histogram["count_int"], histogram["zero_count_int"]), (["5"], ["1"]))
            self.assertEqual([e[0]["trace_id"] for e in native["native_seconds"].exemplars][:1], ["cd34"])
            names = {dict(one.labels)["__name__"] for one in series}
            self.assertIn("both_bucket", names)
            self.assertNotIn("native_seconds_bucket", names)

    def test_stale_markers_end_all_series(self):
        got, _ = self.pushed("1", False)
        requests = [receiver.decode(PROTOC, request)[0] for request in got.requests()]
        self.assertEqual([one.labels for one in requests[-1]], [one.labels for one in requests[0]])
        self.assertTrue(all(math.isnan(one.value) for one in requests[-1]))
        self.assertTrue(b"\x02\0\0\0\0\0\xf0\x7f" in receiver.snappy_block(got.requests()[-1].body))
        self.assertGreater(requests[-1][0].time, requests[0][0].time)


class Outage(case.ServicesTest):
    """A receiver that is stopped for seconds."""

    @classmethod
    def start(cls):
        cls.receiver = receiver.Receiver(PROTOC, False)
        cls.service, _ = start_service(cls.services, cls.receiver.url, "1", 300)

    def steps(self):
        """Returns the values of the counter in the order of the requests."""
        return [one.value for one in self.receiver.series() if dict(one.labels)["__name__"] == "steps_total"]

    def test_no_count_is_lost_and_the_program_is_not_blocked(self):
        harness.wait_for("the first push", lambda: self.steps()[-1:], [1])
        self.receiver.stop()
        for _ in range(20):
            start = time.monotonic()
            self.service.send("inc\n")
            time.sleep(0.1)
            self.assertLess(time.monotonic() - start, 2)
        self.assertEqual(self.steps()[-1:], [1])
        self.receiver.start()
        harness.wait_for("the push after the outage", lambda: self.steps()[-1:], [21])
        times = [one.time for one in self.receiver.series() if dict(one.labels)["__name__"] == "steps_total"]
        self.assertEqual(times, sorted(set(times)))
        self.service.check_running()


if __name__ == "__main__":
    del sys.argv[1:4]
    case.main()
