"""Native histograms that adapt while a Prometheus scrapes them: its bounds are ours, and it sees no counter reset."""

import pathlib
import signal

import case
import harness

BOUNDS = pathlib.Path(__file__).parent.parent / "golden" / "prometheus_bounds.txt"


class NativeHistograms(case.ServicesTest):
    """A Prometheus that scrapes by protobuf."""

    @classmethod
    def start(cls):
        command = [case.binary("native_service")]
        cls.service = cls.services.start("native_service", command, expected_exit=-signal.SIGTERM)
        url = cls.service.wait_for_line(r"http://\S+")[0]
        cls.prometheus = cls.services.start_prometheus("native", [url], features=["native-histograms"])

    def observe(self, name, *batches):
        """Observes batches of (value, times), the first of them the largest. Waits after each until Prometheus has it.

        A counter reset would add at least the first batch to the increase.
        """
        total = 0
        for batch in [[], *batches]:
            for value, times in batch:
                self.service.send(f"{name} {value} {times}\n")
                total += times
            query = f"histogram_count({name})"
            harness.wait_for(query, lambda q=query: [v for _, v in self.prometheus.query(q)], [total])
        self.assertEqual(self.prometheus.query(f"resets({name}[10m])")[0][1], 0)
        ((_, increase),) = self.prometheus.query(f"histogram_count(increase({name}[10m]))")
        self.assertLess(increase, 1.5 * total)  # more than the total, because Prometheus extrapolates

    def buckets(self, name):
        """Returns the buckets of a histogram: [bounds are inclusive, lower bound, upper bound, count]."""
        data = self.prometheus.get("query", query=name)
        return data["result"][0]["histogram"][1]["buckets"]

    def test_a_widened_zero_bucket_is_no_counter_reset(self):
        self.observe("widened", [(0.7, 1000), (0.9, 1000)], [(3, 1)], [(-5, 1)], [(0.95, 1), (100, 1)])

    def test_a_lower_resolution_and_a_widened_zero_bucket_are_no_counter_reset(self):
        batches = [[(sign * 0.01 * 1.6**i, 10), (1.7**i, 3)] for i in range(8) for sign in (1, -1)]
        self.observe("coarsened", [(0.02, 2000)], *batches)

    def test_nan_is_received(self):
        self.observe("not_a_number", [(1, 100)], [("nan", 1)], [(2, 1), ("nan", 5)])
        self.assertEqual(len(self.buckets("not_a_number")), 2)

    def test_prometheus_has_the_same_bounds(self):
        bounds = [float(bound) for bound in BOUNDS.read_text().split()]
        for schema in range(9):
            name = f"bounds_{schema}"
            harness.wait_for(name, lambda n=name: len(self.prometheus.query(f"histogram_count({n})")), 1)
            uppers = [float(upper) for _, _, upper, _ in self.buckets(name)]
            self.assertEqual(uppers, bounds[256 >> schema :: 256 >> schema] + [2.0], name)


if __name__ == "__main__":
    case.main()
