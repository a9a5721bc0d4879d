"""The image gallery scraped by a stock Prometheus that finds its access logs by real DNS, in its own network."""

import json
import time
from xml.etree import ElementTree

import case
import dns
import draw_dashboard
import expressions
import gallery
import harness
import fake_cgroup
import own_network

VISITS = 60
AWAY = "access-log-2"  # for a while
INSTANCES = {hostname: f"{address}:{gallery.PORTS.logs}" for hostname, address in gallery.REPLICAS.items()}


class GallerySystem(case.ServicesTest):
    """The whole system with access logs discovered by name, after sixty visits to the page."""

    @classmethod
    def start(cls):
        fake_cgroup.put_in_place(cls.services.folder())
        cls.dns = dns.Dns(cls.services, gallery.DNS_NAME, gallery.REPLICAS.values())
        cls.gallery = gallery.Gallery(cls.services, case.binary("."))
        cls.gallery.start_image("--delay", "10ms")
        urls = [f"http://{gallery.DNS_NAME}:{gallery.PORTS.logs}"]
        cls.gallery.start_page(urls, wrapper=cls.dns.inside())
        cls.prometheus = cls.gallery.start_prometheus(dns=cls.dns)
        cls.wait_for_replicas(gallery.REPLICAS)
        cls.logged = cls.visit(VISITS)

    @classmethod
    def visit(cls, count):
        """Visits the page; returns the number of visits that succeeded."""
        statuses = [harness.request(cls.gallery.page.url).status for _ in range(count)]
        if not set(statuses) <= {200, 500}:
            raise AssertionError(f"the page answered {statuses}")
        return statuses.count(200)

    @classmethod
    def up(cls):
        """Returns the access logs that Prometheus has discovered, and whether they are up."""
        return cls.prometheus.values('up{job="access-log"}', by="instance")

    @classmethod
    def wait_for_replicas(cls, hostnames):
        """Waits until exactly these access logs are discovered and up in Prometheus."""
        harness.wait_for("access logs", cls.up, {INSTANCES[hostname]: 1 for hostname in hostnames})

    @classmethod
    def logs(cls):
        """Returns the log counts of the running access logs by name."""
        return {
            hostname: json.loads(harness.request(f"{log.url}/stats").body)["logs"]
            for hostname, log in cls.gallery.logs.items()
        }

    def wait_for_sum(self, wanted):
        """Waits until the sum of all logs in Prometheus is this number."""
        everything = [({"job": "access-log"}, wanted)]
        harness.wait_for(gallery.SUM, lambda: self.prometheus.query(gallery.SUM), everything)

    def test_every_access_log_was_found_by_dns(self):
        targets = self.prometheus.get("targets")["activeTargets"]
        found = {
            target["labels"]["instance"]: target["discoveredLabels"].get("__meta_dns_name")
            for target in targets
            if target["labels"]["job"] == "access-log"
        }
        self.assertEqual(found, {instance: gallery.DNS_NAME for instance in INSTANCES.values()})

    def test_some_visits_failed_and_the_others_were_logged(self):
        self.assertLess(self.logged, VISITS)
        self.assertEqual(sum(self.logs().values()), self.logged)

    def test_the_logs_are_spread_evenly(self):
        logs = self.logs().values()
        self.assertLessEqual(max(logs) - min(logs), 1)

    def test_the_counts_of_the_instances_add_up_to_the_visits_that_succeeded(self):
        wanted = {INSTANCES[hostname]: logs for hostname, logs in self.logs().items()}
        harness.wait_for(gallery.LOGS, lambda: self.prometheus.values(gallery.LOGS, by="instance"), wanted)
        self.assertEqual(sum(wanted.values()), self.logged)

    def test_the_sum_without_the_labels_of_the_replicas_is_the_visits_that_succeeded(self):
        self.wait_for_sum(self.logged)

    def test_the_page_counts_the_same_visits_by_code(self):
        wanted = {"200": self.logged, "500": VISITS - self.logged}
        requests = "image_gallery_requests_total"
        harness.wait_for(requests, lambda: self.prometheus.values(requests, by="code"), wanted)

    def test_the_server_has_the_native_histogram_of_the_pictures(self):
        durations = 'http_request_duration_seconds{job="iotd-api"}'
        queries = {
            f"histogram_count(sum({durations})) > bool 0": 1,
            f"histogram_quantile(0.99, sum({durations})) > bool 0": 1,
            f"histogram_quantile(0.99, sum({durations})) < bool 60": 1,
        }
        for query, value in queries.items():
            harness.wait_for(query, lambda q=query: [v for _, v in self.prometheus.query(q)], [value])

    def test_every_query_of_the_dashboards_and_the_rules_has_results(self):
        absent = ["malloc_"] if case.SANITIZED else []
        asked = []

        def unanswered():
            asked[:] = expressions.ask(self.prometheus)
            return expressions.unanswered(asked, absent)

        harness.wait_for("queries without results", unanswered, [])
        print(f"\n{expressions.table(asked)}")
        # Before an update is rejected and something overflows.
        absent += ["narthex_rejected_updates_total", "narthex_series_overflowed_total"]
        self.assertEqual(expressions.unheard_of(self.prometheus, asked, absent), [])

    def test_the_dashboards_can_be_drawn(self):
        for file in expressions.DASHBOARDS.glob("*.json"):
            dashboard = json.loads(file.read_text())
            picture = draw_dashboard.svg(self.prometheus, dashboard, "iotd-api", seconds=10, left_out=["Docker"])
            words = [element.text for element in ElementTree.fromstring(picture).iter() if element.text]
            titles = [panel["title"] for panel in draw_dashboard.without_rows(dashboard["panels"], ["Docker"])]
            self.assertGreater(len(titles), 10)
            self.assertEqual([title for title in titles if title not in words], [])
            self.assertNotIn("no data", words)

    # The tests that stop and restart a replica come last in alphabetical order, because it restarts at 0.

    def stop_replica(self):
        """Stops the replica; returns when Prometheus has noticed. All visits go to the other replicas."""
        self.services.stop_program(self.gallery.logs.pop(AWAY).program)
        logged = self.visit(6)
        all_but_one = {INSTANCES[hostname]: int(hostname != AWAY) for hostname in INSTANCES}
        harness.wait_for("one that is down", self.up, all_but_one)
        self.dns.answer([address for hostname, address in gallery.REPLICAS.items() if hostname != AWAY])
        self.wait_for_replicas(self.gallery.logs)
        return logged + self.visit(6)

    def start_replica(self):
        """Restarts the replica; returns when Prometheus and the gallery have noticed."""
        self.gallery.logs[AWAY] = self.gallery.start_log(AWAY)
        self.dns.answer(gallery.REPLICAS.values())
        self.wait_for_replicas(gallery.REPLICAS)
        return self.visit(6)

    def test_when_one_goes_and_comes_back_the_sum_never_drops_below_what_is_still_up(self):
        self.wait_for_sum(self.logged)
        begin = time.time()
        lost = self.logs().pop(AWAY)
        logged = self.stop_replica() + self.start_replica()
        self.wait_for_sum(self.logged - lost + logged)
        self.assertGreater(self.logs()[AWAY], 0)

        over_time = {"start": begin, "end": time.time(), "step": 1}
        series = self.prometheus.get("query_range", query=gallery.SUM, **over_time)["result"]
        sums = [float(value) for _, value in series[0]["values"]]
        self.assertEqual(len(sums), int(over_time["end"] - begin) + 1, "the sum has gaps")
        self.assertGreaterEqual(min(sums), self.logged - lost)


if __name__ == "__main__":
    own_network.enter()
    case.main()
