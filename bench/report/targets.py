"""The rows of the table, and what each has to reach."""

import dataclasses
from typing import Callable


class Measured:
    """What was measured for one row: medians of narthex, prometheus-cpp and the limit, NaN where there is none."""

    def __init__(self, row, results):
        self._results = results
        self._control = row.case.split("/")[0] + "/control/threads:{}"
        self.ours = results.median(row.case.format(row.client))
        self.peer = results.median((row.beside or row.case).format("prometheus_cpp"))
        self.limit = results.median((row.beside or row.case).format("limit"))
        self.spread = results.spread(row.case.format(row.client))

    def median(self, case):
        """Returns narthex's median of another case."""
        return self._results.median(case.format("narthex"))

    def control(self):
        """Returns how much longer two threads take than one on memory of their own: what the machine itself costs."""
        one, two = (self._results.median(self._control.format(threads)) for threads in (1, 2))
        return two / one


@dataclasses.dataclass(frozen=True)
class Target:
    """What a row has to reach, in words and as a condition on a Measured."""

    words: str
    is_met: Callable


@dataclasses.dataclass(frozen=True)
class Row:
    """One row. The case is the name of a figure with {} for the client; `beside` is that of the others, if another."""

    work: str
    case: str
    targets: tuple
    beside: str = ""
    unit: str = "ns"
    client: str = "narthex"

    @property
    def two_threads(self):
        """Tells whether the row needs the control loop beside it."""
        return self.case.endswith("threads:2")


def times_limit(factor):
    """At most so many times the limit."""
    return Target(f"<= {factor} limit", lambda measured: measured.ours <= factor * measured.limit)


def near_limit(nanoseconds):
    """At most so much above the limit."""
    return Target(f"<= limit + {nanoseconds} ns", lambda measured: measured.ours <= measured.limit + nanoseconds)


def faster(factor):
    """At least so many times faster, or smaller, than prometheus-cpp."""
    return Target(f"gain >= {factor}", lambda measured: measured.peer / measured.ours >= factor)


def best_peer(nanoseconds, prometheus_cpp):
    """Not slower than the best peer of any language, as it was measured beside prometheus-cpp on another machine."""
    words = f"best peer ({prometheus_cpp / nanoseconds:.2f} x)"
    return Target(words, lambda measured: measured.peer / measured.ours >= prometheus_cpp / nanoseconds)


def like(case, factor, words):
    """At most so many times what narthex takes for another case."""
    return Target(f"<= {factor} x {words}", lambda measured: measured.ours <= factor * measured.median(case))


def like_one_thread(case, factor):
    """The same with two threads, each on its core, after what the control loop lost."""

    def is_met(measured):
        one_thread = measured.median(case + "/{}/threads:1")
        return measured.ours <= factor * max(1, measured.control()) * one_thread

    return Target(f"<= {factor} x 1T", is_met)


def most(amount, unit):
    """At most so many bytes."""
    return Target(f"<= {amount} {unit}", lambda measured: measured.ours <= amount * {"B": 1, "MiB": 2**20}[unit])


ROWS = [
    Row("counter +1, 1T", "counter_inc/{}/threads:1", (times_limit(1.2),)),
    Row("counter +1, 2T", "counter_inc/{}/threads:2", (times_limit(1.2),)),
    Row("labelled counter +1, 1T", "counter_inc_labelled/{}/threads:1", (times_limit(1.2),)),
    Row("labelled counter +1, 2T", "counter_inc_labelled/{}/threads:2", (times_limit(1.2),)),
    Row(
        "the same, idle_timeout, 1T",
        "counter_inc_labelled/{}/threads:1",
        (like("counter_inc_labelled/{}/threads:1", 1.1, "without"),),
        client="narthex_expiring",
    ),
    Row("gauge +1, 1T", "gauge_inc/{}/threads:1", (best_peer(17.9, prometheus_cpp=18.7),)),
    Row("gauge +1, 2T", "gauge_inc/{}/threads:2", (best_peer(94, prometheus_cpp=100),)),
    Row("gauge set, 1T", "gauge_set/{}/threads:1", (near_limit(1),)),
    Row("gauge set, 2T", "gauge_set/{}/threads:2", (near_limit(1),)),
    Row("histogram observe, 1T", "histogram_observe/{}/threads:1", (faster(6),)),
    Row(
        "histogram observe, 2T",
        "histogram_observe/{}/threads:2",
        (faster(30), like_one_thread("histogram_observe", 1.2)),
    ),
    Row(
        "native histogram observe, 1T",
        "native_observe/{}/threads:1",
        (like("histogram_observe/{}/threads:1", 1.5, "classic"),),
    ),
    Row("native histogram observe, 2T", "native_observe/{}/threads:2", (like_one_thread("native_observe", 1.2),)),
    Row("summary observe, 1T", "summary_observe/{}/threads:1", (like("histogram_observe/{}/threads:1", 1, "classic"),)),
    Row("summary observe, 2T", "summary_observe/{}/threads:2", (like_one_thread("summary_observe", 1.2),)),
    Row(
        "summary with quantiles, 1T",
        "quantiles_observe/{}/threads:1",
        (like("histogram_observe/{}/threads:1", 2, "classic"),),
    ),
    Row("summary with quantiles, 2T", "quantiles_observe/{}/threads:2", (like_one_thread("quantiles_observe", 1.2),)),
    Row("counter +1 with exemplar, 1T", "counter_inc_exemplar/{}/threads:1", ()),
    Row("counter +1 with exemplar, 2T", "counter_inc_exemplar/{}/threads:2", ()),
    Row("histogram with exemplar, 1T", "histogram_observe_exemplar/{}/threads:1", ()),
    Row("histogram with exemplar, 2T", "histogram_observe_exemplar/{}/threads:2", ()),
    Row("labels().inc(), 1T", "lookup_inc/{}/threads:1", (faster(13),)),
    Row("labels().inc(), 2T", "lookup_inc/{}/threads:2", (faster(45), like_one_thread("lookup_inc", 1.3))),
    Row(
        "the same, idle_timeout, 1T",
        "lookup_inc/{}/threads:1",
        (like("lookup_inc/{}/threads:1", 1.1, "without"),),
        client="narthex_expiring",
    ),
    Row("HTTP request, 1T", "http_request/{}/threads:1", ()),
    Row("HTTP request, 2T", "http_request/{}/threads:2", ()),
    Row("HTTP request, 16 routes, 1T", "http_request_routed/{}/threads:1", ()),
    Row("HTTP request, 16 routes, 2T", "http_request_routed/{}/threads:2", ()),
    Row("new labelled series", "make_series/{}", (faster(6),)),
    Row("text sample, 10k", "text_counters/{}/series:10000", ()),
    Row("text sample, 100k", "text_counters/{}/series:100000", (faster(60),)),
    Row(
        "text sample, 100k, fresh",
        "text_counters_fresh/{}/series:100000",
        (faster(40),),
        beside="text_counters/{}/series:100000",
    ),
    Row(
        "text sample, 1M",
        "text_counters/{}/series:1000000",
        (faster(60), like("text_counters/{}/series:10000", 2, "10k")),
    ),
    Row(
        "text sample, 1M, fresh",
        "text_counters_fresh/{}/series:1000000",
        (faster(40), like("text_counters_fresh/{}/series:10000", 2, "10k")),
        beside="text_counters/{}/series:1000000",
    ),
    Row("text line, histograms", "text_histograms/{}/series:10000", (faster(40),)),
    Row("scrape, process collector", "scrape_process/{}", (), unit="us"),
    Row("scrape, cgroup collector", "scrape_cgroup/{}", (), unit="us"),
    Row("scrape, runtime collector", "scrape_runtime/{}", (), unit="us"),
    Row("the same, 100,000 free pieces", "scrape_runtime_fragmented/{}", (), unit="us"),
    Row("counter series", "memory_counters/{}", (most(170, "B"),), unit="B"),
    Row("after 16 threads", "memory_counters_touched/{}", (like("memory_counters/{}", 1.3, "above"),), unit="B"),
    Row("histogram series", "memory_histograms/{}", (most(400, "B"),), unit="B"),
    Row(
        "after 16 threads",
        "memory_histograms_touched/{}",
        (like("memory_histograms/{}", 1.3, "above"),),
        unit="B",
    ),
    Row("live thread", "memory_thread/{}", (), unit="B"),
    Row("peak, 1M and a scrape", "memory_peak/{}", (most(300, "MiB"),), unit="MiB"),
    Row("peak, 1M, 1,000 threads", "memory_stretched/{}", (), unit="MiB"),
    Row("scrape, 1M, 1,000 threads", "memory_stretched_scrape/{}", (), unit="ms"),
    Row("GET /metrics, p50", "http_get_identity/{}", (faster(25),), unit="ms"),
    Row("GET /metrics, gzip, p50", "http_get_gzip/{}", (faster(25),), unit="ms"),
]
