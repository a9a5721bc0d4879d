"""The rows of the table and their targets."""

import dataclasses
from typing import Callable


class Measured:
    """The figures of one row: medians of narthex, prometheus-cpp, and the limit; NaN for a missing figure."""

    def __init__(self, row, results):
        self._results = results
        self._control = row.case.split("/")[0] + "/control/threads:{}"
        self.ours = results.median(row.case.format(row.client))
        self.peer = results.median((row.beside or row.case).format("prometheus_cpp"))
        self.limit = results.median(row.case.format("limit"))
        self.spread = results.spread(row.case.format(row.client))

    def median(self, case):
        """Returns narthex's median of another case."""
        return self._results.median(case.format("narthex"))

    def control(self):
        """Returns the time of two threads divided by the time of one thread, in a loop on private memory."""
        one, two = (self._results.median(self._control.format(threads)) for threads in (1, 2))
        return two / one


@dataclasses.dataclass(frozen=True)
class Target:
    """A target of a row, as text and as a condition on a Measured."""

    words: str
    is_met: Callable


@dataclasses.dataclass(frozen=True)
class Row:
    """One row.

    `case` is the name of a figure with {} for the client; `beside` is the case of prometheus-cpp, if it is another one.
    `limitless` says why the row has no limit.
    """

    work: str
    case: str
    targets: tuple
    beside: str = ""
    unit: str = "ns"
    client: str = "narthex"
    limitless: str = ""

    @property
    def two_threads(self):
        """Returns whether the row needs the control loop."""
        return self.case.endswith("threads:2")


def times_limit(factor):
    """At most `factor` times the limit."""
    return Target(f"<= {factor} limit", lambda measured: measured.ours <= factor * measured.limit)


def beside_limit(factor, nanoseconds):
    """At most `factor` times the limit, or this time above it if that is more."""
    return Target(
        f"<= {factor} limit or limit + {nanoseconds} ns",
        lambda measured: measured.ours <= max(factor * measured.limit, measured.limit + nanoseconds),
    )


def near_limit(nanoseconds):
    """At most this time above the limit."""
    return Target(f"<= limit + {nanoseconds} ns", lambda measured: measured.ours <= measured.limit + nanoseconds)


def faster(factor):
    """At least `factor` times faster or smaller than prometheus-cpp."""
    return Target(f"gain >= {factor}", lambda measured: measured.peer / measured.ours >= factor)


def best_client(nanoseconds, prometheus_cpp):
    """Not slower than the best client of any language, measured beside prometheus-cpp on another machine."""
    gain = prometheus_cpp / nanoseconds
    return Target(f"gain >= {gain:.2f} (best client)", lambda measured: measured.peer / measured.ours >= gain)


def like(case, factor, words):
    """At most `factor` times the figure of narthex for another case."""
    return Target(f"<= {factor} x {words}", lambda measured: measured.ours <= factor * measured.median(case))


def on_top_of(case, factor, words):
    """At most `factor` times the limit and the figure of narthex for another case together."""
    return Target(
        f"<= {factor} x ({words} + limit)",
        lambda measured: measured.ours <= factor * (measured.median(case) + measured.limit),
    )


def like_one_thread(case, factor):
    """At most `factor` times the figure of one thread, times the slowdown of the control loop."""

    def is_met(measured):
        one_thread = measured.median(case + "/{}/threads:1")
        return measured.ours <= factor * max(1, measured.control()) * one_thread

    return Target(f"<= {factor} x 1T", is_met)


UNITS = {"us": 1e3, "B": 1, "MiB": 2**20}


def at_most(amount, unit):
    """At most this amount of memory or time."""
    return Target(f"<= {amount} {unit}", lambda measured: measured.ours <= amount * UNITS[unit])


def above_limit(amount, unit):
    """At most this amount of memory above the limit."""
    return Target(
        f"<= limit + {amount:,} {unit}", lambda measured: measured.ours <= measured.limit + amount * UNITS[unit]
    )


# Mixed updates of a gauge that was hot before it was set.
GAUGE_MIXES = {
    "gauge set after +1": "gauge_sets",
    "gauge +1 after set": "gauge_incs",
    "gauge +1 and set, by turns of 1": "gauge_by_1",
    "gauge +1 and set, by turns of 10": "gauge_by_10",
    "gauge +1 and set, by turns of 1,000": "gauge_by_1000",
    "gauge +1 and value(), by turns": "gauge_read",
}

ROWS = [
    Row("counter +1, 1T", "counter_inc/{}/threads:1", (times_limit(1.2),)),
    Row("counter +1, 2T", "counter_inc/{}/threads:2", (times_limit(1.2),)),
    Row("labelled counter +1, 1T", "counter_inc_labelled/{}/threads:1", (times_limit(1.2),)),
    Row("labelled counter +1, 2T", "counter_inc_labelled/{}/threads:2", (times_limit(1.2),)),
    Row(
        "labelled counter +1, idle_timeout, 1T",
        "counter_inc_labelled/{}/threads:1",
        (like("counter_inc_labelled/{}/threads:1", 1.1, "no timeout"),),
        client="narthex_expiring",
    ),
    Row("gauge +1, 1T", "gauge_inc/{}/threads:1", (best_client(17.9, prometheus_cpp=18.7),)),
    Row("gauge +1, 2T", "gauge_inc/{}/threads:2", (best_client(94, prometheus_cpp=100),)),
    Row("gauge set, 1T", "gauge_set/{}/threads:1", (near_limit(1),)),
    Row("gauge set, 2T", "gauge_set/{}/threads:2", (near_limit(1),)),
    *(
        Row(f"{work}, {threads}T", f"{case}/{{}}/threads:{threads}", (beside_limit(1.2, 2),))
        for work, case in GAUGE_MIXES.items()
        for threads in (1, 2, 4, 8)
    ),
    Row("histogram observe, unpredictable, 1T", "histogram_observe/{}/threads:1", (faster(6), times_limit(1.2))),
    Row(
        "histogram observe, unpredictable, 2T",
        "histogram_observe/{}/threads:2",
        (faster(30), times_limit(1.2), like_one_thread("histogram_observe", 1.2)),
    ),
    Row("histogram observe, 1,024 values, 1T", "histogram_rotating/{}/threads:1", (times_limit(1.2),)),
    Row("histogram observe, 1,024 values, 2T", "histogram_rotating/{}/threads:2", (times_limit(1.2),)),
    *(
        Row(
            f"native histogram observe, {values}, {threads}T",
            f"native_{case}/{{}}/threads:{threads}",
            (times_limit(1.2), like(f"histogram_{case}/{{}}/threads:{threads}", 1.3, "classic")),
        )
        for values, case in (("unpredictable", "observe"), ("1,024 values", "rotating"))
        for threads in (1, 2)
    ),
    Row("summary observe, 1T", "summary_observe/{}/threads:1", (times_limit(1.2),)),
    Row("summary observe, 2T", "summary_observe/{}/threads:2", (times_limit(1.2),)),
    Row("summary with quantiles, 1T", "quantiles_observe/{}/threads:1", (times_limit(1.2),)),
    Row("summary with quantiles, 2T", "quantiles_observe/{}/threads:2", (times_limit(1.2),)),
    Row("quantile() of a histogram with 14 buckets", "histogram_quantile/{}", (), limitless="no other client reads it"),
    Row("quantile() of a native histogram", "native_quantile/{}", (), limitless="no other client reads it"),
    Row("quantile() of a summary", "summary_quantile/{}", (), limitless="no other client reads it"),
    Row("counter +1 with exemplar, 1T", "counter_inc_exemplar/{}/threads:1", ()),
    Row(
        "counter +1 with exemplar, 2T",
        "counter_inc_exemplar/{}/threads:2",
        (like_one_thread("counter_inc_exemplar", 1.3),),
    ),
    Row("histogram with exemplar, 1T", "histogram_observe_exemplar/{}/threads:1", ()),
    Row(
        "histogram with exemplar, 2T",
        "histogram_observe_exemplar/{}/threads:2",
        (like_one_thread("histogram_observe_exemplar", 1.3),),
    ),
    Row("labels().inc(), 1T", "lookup_inc/{}/threads:1", (faster(13), times_limit(1.5))),
    Row(
        "labels().inc(), 2T",
        "lookup_inc/{}/threads:2",
        (faster(45), times_limit(1.5), like_one_thread("lookup_inc", 1.3)),
    ),
    Row(
        "labels().inc(), idle_timeout, 1T",
        "lookup_inc/{}/threads:1",
        (like("lookup_inc/{}/threads:1", 1.1, "no timeout"),),
        client="narthex_expiring",
    ),
    Row(
        "at().inc(), closed labels, 1T",
        "closed_inc/{}/threads:1",
        (like("closed_inc/narthex_kept/threads:1", 1.5, "kept handle"),),
    ),
    Row(
        "at().inc(), closed labels, 2T",
        "closed_inc/{}/threads:2",
        (like("closed_inc/narthex_kept/threads:2", 1.5, "kept handle"), like_one_thread("closed_inc", 1.2)),
    ),
    Row("HTTP request, 1T", "http_request/{}/threads:1", ()),
    Row("HTTP request, 2T", "http_request/{}/threads:2", ()),
    Row("HTTP request, 16 routes, 1T", "http_request_routed/{}/threads:1", ()),
    Row("HTTP request, 16 routes, 2T", "http_request_routed/{}/threads:2", ()),
    Row("new labelled series", "make_series/{}", (faster(6), times_limit(1.3))),
    Row("text sample, 10k", "text_counters/{}/series:10000", (times_limit(1.2),)),
    Row(
        "text sample, 10k, fresh",
        "text_counters_fresh/{}/series:10000",
        (times_limit(1.2),),
        beside="text_counters/{}/series:10000",
    ),
    Row("text sample, 100k", "text_counters/{}/series:100000", (faster(60), times_limit(1.2))),
    Row(
        "text sample, 100k, fresh",
        "text_counters_fresh/{}/series:100000",
        (faster(40), times_limit(1.2)),
        beside="text_counters/{}/series:100000",
    ),
    Row(
        "text sample, 1M",
        "text_counters/{}/series:1000000",
        (faster(60), like("text_counters/{}/series:10000", 2, "10k"), times_limit(1.2)),
    ),
    Row(
        "text sample, 1M, fresh",
        "text_counters_fresh/{}/series:1000000",
        (faster(40), like("text_counters_fresh/{}/series:10000", 2, "10k"), times_limit(1.2)),
        beside="text_counters/{}/series:1000000",
    ),
    Row("text sample, 1,000 families with 1 series each", "text_families/{}", ()),
    Row("text sample, 10 families with 100k series each", "text_large_families/{}", (times_limit(1.2),)),
    Row(
        "OpenMetrics sample, 10k",
        "openmetrics_counters/{}/series:10000",
        (like("text_counters/{}/series:10000", 1.2, "text"),),
    ),
    Row(
        "OpenMetrics 2.0 sample, 10k",
        "openmetrics2_counters/{}/series:10000",
        (like("text_counters/{}/series:10000", 1.3, "text"),),
    ),
    Row(
        "protobuf sample, 10k",
        "protobuf_counters/{}/series:10000",
        (like("text_counters/{}/series:10000", 1.5, "text"),),
    ),
    Row(
        "text sample, gzip, 10k",
        "gzip_counters/{}/series:10000",
        (on_top_of("text_counters/{}/series:10000", 1.1, "text"),),
    ),
    *(
        Row(
            f"push sample, {name}, {count}",
            f"push_{case}/{{}}/series:{series}",
            (like(f"text_counters/{{}}/series:{series}", 2, "text"),),
        )
        for name, case in (
            ("OTLP", "otlp"),
            ("remote write 1.0", "remote_write_1"),
            ("remote write 2.0", "remote_write_2"),
        )
        for count, series in (("10k", 10_000), ("1M", 1_000_000))
    ),
    Row("text line, histograms", "text_histograms/{}/series:10000", (faster(40),)),
    Row("scrape, process collector", "scrape_process/{}", (), unit="us"),
    Row("scrape, cgroup collector", "scrape_cgroup/{}", (), unit="us", limitless="the files depend on the machine"),
    Row("scrape, runtime collector", "scrape_runtime/{}", (), unit="us"),
    Row("scrape, allocator, 100,000 free chunks", "scrape_allocator_fragmented/{}", (), unit="us"),
    Row("pause of a thread that allocates, default collectors", "pause_default/{}", (at_most(50, "us"),), unit="us"),
    Row("pause of a thread that allocates, allocator = true", "pause_allocator/{}", (), unit="us"),
    Row("memory per counter series", "memory_counters/{}", (at_most(170, "B"),), unit="B"),
    Row(
        "memory per counter series, after 1M removals",
        "memory_counters_churned/{}",
        (at_most(170, "B"),),
        unit="B",
    ),
    Row(
        "memory per counter series, 16 threads",
        "memory_counters_touched/{}",
        (like("memory_counters/{}", 1.3, "1 thread"),),
        unit="B",
    ),
    Row("memory per histogram series", "memory_histograms/{}", (at_most(400, "B"),), unit="B"),
    Row(
        "memory per histogram series, 16 threads",
        "memory_histograms_touched/{}",
        (like("memory_histograms/{}", 1.3, "1 thread"),),
        unit="B",
    ),
    Row("memory per live thread, 10 hot counters", "memory_thread/{}", (above_limit(4000, "B"),), unit="B"),
    Row(
        "memory per live thread, 5 hot counters, 5 hot histograms",
        "memory_thread_histograms/{}",
        (),
        unit="B",
    ),
    Row("thread start and end, 1 live thread", "thread_start/{}/live:1", (), unit="us"),
    Row("thread start and end, 10,000 live threads", "thread_start/{}/live:10000", (), unit="us"),
    Row("peak memory, 1M series", "memory_peak/{}", (at_most(300, "MiB"),), unit="MiB"),
    Row("peak memory, 1M series, 1,000 threads", "memory_stretched/{}", (), unit="MiB"),
    Row("scrape, 1M series, 1,000 threads", "memory_stretched_scrape/{}", (), unit="ms"),
    Row("GET /metrics, p50", "http_get_identity/{}", (faster(25),), unit="ms"),
    Row("GET /metrics, gzip, p50", "http_get_gzip/{}", (faster(25),), unit="ms"),
]
