"""OtlpExporter pushes metrics of every type to a server of the test, which reads the same values as a scrape."""

import math

from prometheus_client.parser import text_string_to_metric_families

import case
import otlp
import push_receiver

AWKWARD = [
    "", "plain", 'say "x"', "back\\slash\\n", "line\nfeed", "c\rr", "ta\tb", "n\0l", "{},=# ",
    ' # {a="b"} 1', "Größe", "\U0001F525", "\\", '"', "ends in \\",
]  # fmt: skip
OBSERVED = [0.002, 0.3, 0.75, 0.75, 40.0]
# Metrics that OTLP cannot have, and buckets that only a scrape has.
NOT_SENT = ("waiting_seconds_bucket", "waiting_seconds_sum", "waiting_seconds_count")


def start_service(services, *words):
    """Starts push_service; returns the program, and the URL of its scrapes."""
    program = services.start("push_service", [case.binary("push_service"), *words])
    return program, f"http://{program.wait_for_line(r'listening on (.*)')[1]}"


def command(program, word, answer):
    """Sends a command to push_service, and waits for its answer."""
    program.send(f"{word}\n")
    program.wait_for_line(answer)


def scraped(url):
    """Returns the samples of a scrape that OTLP can have."""
    found = []
    for family in text_string_to_metric_families(case.scrape(url)[1]):
        for one in family.samples:
            if one.name not in NOT_SENT:
                found.append(otlp.sample(one.name, one.labels, one.value))
    return found


def buckets(side, scale):
    """Returns the ranges of the buckets with observations, and their counts."""
    base = 2.0 ** (2.0**-scale)
    first = side.get("offset", 0)
    return [(base ** (first + i), base ** (first + i + 1), int(n)) for i, n in enumerate(side["bucketCounts"]) if int(n)]


class Otlp(case.ServicesTest):
    """One push of a service, and what follows when series end."""

    maxDiff = None

    @classmethod
    def start(cls):
        cls.receiver = push_receiver.PushReceiver()
        cls.addClassCleanup(cls.receiver.stop)
        cls.program, url = start_service(cls.services, "otlp", f"{cls.receiver.url}/v1/metrics")
        cls.scraped = scraped(url)
        command(cls.program, "flush", "flushed: yes")
        cls.first = cls.receiver.requests[-1]
        cls.request = otlp.read(cls.first.body)
        cls.metrics = otlp.metrics(cls.request)
        command(cls.program, "remove", "removed")
        cls.after_removal = len(cls.receiver.requests)
        cls.program.send("flush\n")
        cls.program.close_input()
        cls.program.wait()
        cls.requests = [otlp.read(request.body) for request in cls.receiver.requests]

    def only_point(self, name):
        """Returns the data point of a metric that has only one."""
        (metric,) = self.metrics[name]
        _, (point,) = otlp.points(metric)
        return point

    def test_sends_the_request_of_the_protocol(self):
        self.assertEqual(self.first.path, "/v1/metrics")
        self.assertEqual(self.first.headers["Content-Type"], "application/x-protobuf")
        self.assertIsNone(self.first.headers["Content-Encoding"])
        self.assertRegex(self.first.headers["User-Agent"], r"^narthex/\d+\.\d+\.\d+$")

    def test_describes_the_process(self):
        (resource,) = self.request["resourceMetrics"]
        read = otlp.attributes(resource["resource"]["attributes"])
        version = self.first.headers["User-Agent"].removeprefix("narthex/")
        self.assertEqual(
            read,
            {
                "service.name": "shop",
                "service.namespace": "eu",
                "service.instance.id": "web-1",
                "telemetry.sdk.language": "cpp",
                "telemetry.sdk.name": "narthex",
                "telemetry.sdk.version": version,
            },
        )
        (scope,) = resource["scopeMetrics"]
        self.assertEqual(scope["scope"], {"name": "narthex", "version": version})

    def test_sends_all_samples_of_a_scrape(self):
        sent, ended = otlp.samples(self.request)
        self.assertEqual(ended, [])
        self.assertEqual(sorted(sent), sorted(self.scraped))
        self.assertEqual(len(set(sent)), len(sent))

    def test_sends_every_awkward_label_value(self):
        (metric,) = self.metrics["awkward_total"]
        _, points = otlp.points(metric)
        read = [otlp.attributes(point["attributes"]) for point in points]
        wanted = [{"number": str(i), "value": value, "zone": "b"} for i, value in enumerate(AWKWARD)]
        del wanted[0]["value"]
        self.assertEqual(read, wanted)

    def test_knows_types_helps_and_units(self):
        read = {
            name: (
                otlp.points(metric)[0],
                otlp.attributes(metric["metadata"])["prometheus.type"],
                metric.get("description", ""),
                metric.get("unit", ""),
            )
            for name, (metric,) in self.metrics.items()
        }
        self.assertEqual(
            read,
            {
                "awkward_total": ("sum", "counter", 'Say "x" \\ and\nmore.', ""),
                "both_seconds": ("histogram", "histogram", "Both.", "s"),
                "build_info": ("sum", "info", "Build.", ""),
                "classic_seconds": ("histogram", "histogram", "Classic.", "s"),
                "mode": ("sum", "stateset", "Mode.", ""),
                "mystery": ("gauge", "unknown", "Not known.", ""),
                "native_seconds": ("exponentialHistogram", "histogram", "Native.", "s"),
                "numbers": ("gauge", "gauge", "Numbers.", ""),
                "reply_bytes": ("summary", "summary", "Replies.", "By"),
                "timed": ("gauge", "gauge", "With a time.", ""),
                "traced_total": ("sum", "counter", "With an exemplar.", ""),
            },
        )

    def test_values_are_cumulative(self):
        for name, (metric,) in self.metrics.items():
            kind, _ = otlp.points(metric)
            if kind in ("sum", "histogram", "exponentialHistogram"):
                self.assertEqual(metric[kind]["aggregationTemporality"], 2, name)
        monotonic = {name for name, (metric,) in self.metrics.items() if metric.get("sum", {}).get("isMonotonic")}
        self.assertEqual(monotonic, {"awkward_total", "traced_total"})

    def test_all_data_points_have_the_same_time_except_one(self):
        times = {
            name: {point["timeUnixNano"] for point in otlp.points(metric)[1]} for name, (metric,) in self.metrics.items()
        }
        (timed,) = times.pop("timed")
        (time,) = set.union(*times.values())
        self.assertLess(int(timed), int(time))
        for name in ("awkward_total", "classic_seconds", "native_seconds", "reply_bytes"):
            for point in otlp.points(self.metrics[name][0])[1]:
                self.assertLess(int(point["startTimeUnixNano"]), int(point["timeUnixNano"]))
        for point in otlp.points(self.metrics["numbers"][0])[1]:
            self.assertNotIn("startTimeUnixNano", point)

    def test_sends_the_ids_of_an_exemplar(self):
        (exemplar,) = self.only_point("traced_total")["exemplars"]
        time = exemplar.pop("timeUnixNano")
        self.assertEqual(time, self.only_point("timed")["timeUnixNano"])
        self.assertEqual(
            exemplar,
            {
                "asDouble": 0.25,
                "traceId": "4bf92f3577b34da6a3ce929d0e0e4736",
                "spanId": "00f067aa0ba902b7",
                "filteredAttributes": [{"key": "user", "value": {"stringValue": "u 1"}}],
            },
        )

    def test_native_buckets_contain_the_observations(self):
        point = self.only_point("native_seconds")
        self.assertEqual(int(point["count"]), len(OBSERVED))
        rest = sorted(OBSERVED)
        for low, high, number in buckets(point["positive"], point["scale"]):
            for value in rest[:number]:
                self.assertTrue(low < value <= high, (low, value, high))
            del rest[:number]
            self.assertLess(high / low, 1.1)
        self.assertEqual(rest, [])
        self.assertNotIn("negative", point)

    def test_marks_removed_series(self):
        self.assertEqual(len(self.requests), self.after_removal + 3)  # a push, the last push, and all series end
        samples, ended = otlp.samples(self.requests[-3])
        plain = ("awkward_total", (("number", "1"), ("value", "plain"), ("zone", "b")))
        self.assertEqual(ended, [plain, ("classic_seconds", (("zone", "b"),))])
        gone = {"classic_seconds_bucket", "classic_seconds_sum", "classic_seconds_count"}
        left = [one for one in self.scraped if one[0] not in gone and one[:2] != plain]
        self.assertEqual(sorted(samples), sorted(left))
        self.assertEqual(otlp.samples(self.requests[-2]), (samples, []))

    def test_marks_all_series_at_the_end(self):
        samples, ended = otlp.samples(self.requests[-1])
        self.assertEqual(samples, [])
        self.assertEqual(len(ended), len(set(ended)))
        series = {
            (name, tuple(sorted(otlp.attributes(point.get("attributes", [])).items())))
            for name, same in otlp.metrics(self.requests[-2]).items()
            for metric in same
            for point in otlp.points(metric)[1]
        }
        self.assertEqual(set(ended), series)

    def test_times_rise(self):
        times = []
        for request in self.requests:
            found = {
                int(point["timeUnixNano"])
                for name, same in otlp.metrics(request).items()
                for metric in same
                for point in otlp.points(metric)[1]
                if name != "timed" or point.get("flags")
            }
            self.assertEqual(len(found), 1)
            times.extend(found)
        self.assertEqual(times, sorted(set(times)))


class Exponential(case.ServicesTest):
    """The native buckets of a histogram that has both kinds, if the option says so."""

    @classmethod
    def start(cls):
        cls.receiver = push_receiver.PushReceiver()
        cls.addClassCleanup(cls.receiver.stop)
        program, _ = start_service(cls.services, "otlp", cls.receiver.url, "exponential")
        command(program, "flush", "flushed: yes")
        cls.request = cls.receiver.requests[-1]
        program.close_input()
        program.wait()

    def test_sends_native_buckets_once(self):
        self.assertEqual(self.request.path, "/")
        (metric,) = otlp.metrics(otlp.read(self.request.body))["both_seconds"]
        kind, (point,) = otlp.points(metric)
        self.assertEqual(kind, "exponentialHistogram")
        wanted = {}
        for value in OBSERVED:
            bucket = math.ceil(math.log2(value)) - 1
            wanted[bucket] = wanted.get(bucket, 0) + 1
        first = point["positive"]["offset"]
        counts = {first + i: int(n) for i, n in enumerate(point["positive"]["bucketCounts"]) if int(n)}
        self.assertEqual(counts, wanted)
        self.assertNotIn("scale", point)


if __name__ == "__main__":
    case.main()
