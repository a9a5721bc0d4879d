"""Two stock Prometheus servers at the same interval over a collector that takes 300 ms: no sample is missing in either.

NARTHEX_TWO_SERVERS_SECONDS is the time of the test; scripts/test-release uses five minutes.
"""

import os
import time

import case
import harness

SECONDS = int(os.environ.get("NARTHEX_TWO_SERVERS_SECONDS", "15"))
SERIES = "slow_collector_calls_total"


class TwoServers(case.ServicesTest):
    """One exporter and its slow collector, scraped by two servers every second."""

    @classmethod
    def start(cls):
        cls.program = cls.services.start("http_service", [case.binary("http_service"), "127.0.0.1:0", "300"], -15)
        cls.address = cls.program.wait_for_line(r"listening on (\S+)")[1]

    def counts(self, server):
        """Returns how many scrapes a server made, how many succeeded, and how many have the sample."""
        queries = {
            "scrapes": f"count_over_time(up[{SECONDS}s])",
            "succeeded": f"sum_over_time(up[{SECONDS}s])",
            "samples": f"count_over_time({SERIES}[{SECONDS}s])",
        }
        found = {name: server.query(query, time=self.end) for name, query in queries.items()}
        return {name: int(series[0][1]) if series else 0 for name, series in found.items()}

    def test_no_sample_is_missing_in_either(self):
        servers = [self.services.start_prometheus("slow", [f"http://{self.address}"]) for _ in range(2)]
        for server in servers:
            harness.wait_for("up", lambda server=server: server.values("up", by="job"), {"slow": 1})
        time.sleep(SECONDS + 1)  # the subject of the test is this time
        self.end = time.time() - 1
        counts = [self.counts(server) for server in servers]
        print(f"\n{SECONDS} s: {counts}")
        for count in counts:
            self.assertGreaterEqual(count["scrapes"], SECONDS - 2)
            self.assertEqual(count["succeeded"], count["scrapes"])
            self.assertEqual(count["samples"], count["scrapes"])
        _, text = case.scrape(f"http://{self.address}")
        self.assertEqual(case.sample(text, 'narthex_collector_skipped_total{collector="slow"}'), 0)


if __name__ == "__main__":
    case.main()
