"""One process scraped concurrently as protobuf, OpenMetrics, and text: native histograms and exemplars arrive."""

import math
import signal
import threading

import case
import harness

TRACE = "0af7651916cd43dd8448eb211c80319c"
GROWTH = 2 ** (1 / 8)  # of the buckets of schema 3, which a growth factor of 1.1 asks for
NATIVE_FEATURES = ["native-histograms", "exemplar-storage"]
ACCEPT_PROTOBUF = (
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"
)


class EveryFormat(case.ServicesTest):
    """Two Prometheus servers, one for protobuf and one for OpenMetrics, and a reader of text."""

    @classmethod
    def start(cls):
        command = [case.binary("formats_service")]
        service = cls.services.start("formats_service", command, expected_exit=-signal.SIGTERM)
        cls.url = service.wait_for_line(r"http://\S+")[0]
        cls.by_protobuf = cls.services.start_prometheus("formats", [cls.url], features=NATIVE_FEATURES)
        cls.by_openmetrics = cls.services.start_prometheus(
            "formats", [cls.url], features=["exemplar-storage"]
        )
        cls.read_text_until_both_have_seen_it_grow()
        service.send("stop\n")
        cls.count = float(service.wait_for_line(r"stopped after (\S+)")[1])

    @classmethod
    def read_text_until_both_have_seen_it_grow(cls):
        """Reads text meanwhile: the formats share the registry, but not their scrapes."""
        done = threading.Event()
        cls.texts = []

        def read():
            while not done.is_set():
                cls.texts.append(case.scrape(cls.url)[1])
                done.wait(0.05)

        reader = threading.Thread(target=read)
        reader.start()
        try:
            for prometheus, expression in (
                (cls.by_protobuf, "count(rate(native_seconds[1m])) > 0"),
                (cls.by_openmetrics, "rate(native_seconds_count[1m]) > 0"),
            ):
                harness.wait_for(expression, lambda p=prometheus, e=expression: len(p.query(e)), 1)
        finally:
            done.set()
            reader.join()

    def assert_is_in_the_bucket_of(self, truth, value):
        """Checks that a value is in the native bucket of the true value."""
        self.assertEqual(
            math.ceil(math.log(value, GROWTH) - 1e-9), math.ceil(math.log(truth, GROWTH) - 1e-9), value
        )

    def test_quantiles_of_native_histograms_are_as_exact_as_their_buckets(self):
        for name in ("work_seconds", "native_seconds"):
            for quantile in (0.5, 0.9, 0.99):
                query = f"histogram_quantile({quantile}, rate({name}[1m]))"
                (_, value), = self.by_protobuf.query(query)
                self.assert_is_in_the_bucket_of(-math.log1p(-quantile), value)

    def test_all_three_formats_end_at_the_same_counts(self):
        queries = {
            self.by_protobuf: ["works_total", "histogram_count(work_seconds)", "histogram_count(native_seconds)"],
            self.by_openmetrics: ["works_total", "work_seconds_count", "native_seconds_count"],
        }
        for prometheus, expressions in queries.items():
            for expression in expressions:
                harness.wait_for(
                    expression,
                    lambda p=prometheus, e=expression: [value for _, value in p.query(e)],
                    [self.count],
                )
        text = case.scrape(self.url)[1]
        for name in ("works_total", "work_seconds_count", "native_seconds_count"):
            self.assertEqual(case.sample(text, name), self.count)

    def test_counts_of_the_texts_never_went_back(self):
        for name in ("works_total", 'work_seconds_bucket{le="+Inf"}', "native_seconds_count"):
            counts = [case.sample(text, name) for text in self.texts]
            self.assertEqual(counts, sorted(counts))

    def test_exemplars_arrive_by_both_formats(self):
        for prometheus in (self.by_protobuf, self.by_openmetrics):
            data = prometheus.get("query_exemplars", query="works_total", start=0, end=2**40)
            traces = {one["labels"]["trace_id"] for series in data for one in series["exemplars"]}
            self.assertEqual(traces, {TRACE})

    def test_exemplars_of_buckets_arrive_with_their_values(self):
        data = self.by_openmetrics.get(
            "query_exemplars", query="work_seconds_bucket", start=0, end=2**40
        )
        self.assertGreaterEqual(len(data), 3)
        for series in data:
            bound = float(series["seriesLabels"]["le"])
            for exemplar in series["exemplars"]:
                value = float(exemplar["value"])
                self.assertLessEqual(value, bound)
                self.assertEqual(exemplar["labels"]["trace_id"], f"work-{value:.6f}")

    def test_each_format_is_asked_for(self):
        for accept, wanted in (
            (ACCEPT_PROTOBUF, "application/vnd.google.protobuf"),
            ("application/openmetrics-text;version=1.0.0", "application/openmetrics-text; version=1.0.0"),
            ("*/*", "text/plain; version=0.0.4"),
        ):
            reply = harness.request(f"{self.url}/metrics", headers={"Accept": accept})
            self.assertTrue(reply.headers["Content-Type"].startswith(wanted), reply.headers)


if __name__ == "__main__":
    case.main()
