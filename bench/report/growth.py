"""The growth of costs with the number of series, with threads, and with the age of a process."""

import dataclasses
import math

import plot
from table import digits

THOUSANDS = [1_000, 10_000, 100_000, 1_000_000]


@dataclasses.dataclass(frozen=True)
class Figure:
    """One figure: its lines are cases with {} for the growing number."""

    file: str
    title: str
    across: str
    up: str
    points: list
    lines: dict
    divisor: float = 1


FIGURES = [
    Figure(
        "text_by_series.svg",
        "One sample of a text",
        "counters in the registry",
        "ns per sample",
        THOUSANDS,
        {
            "narthex": "text_counters/narthex/series:{}",
            "narthex, fresh string": "text_counters_fresh/narthex/series:{}",
            "prometheus-cpp": "text_counters/prometheus_cpp/series:{}",
            "limit": "text_counters/limit/series:{}",
        },
    ),
    Figure(
        "update_by_threads.svg",
        "One update, all threads on the same metrics",
        "threads",
        "ns on a core",
        [1, 2, 4, 8],
        {
            "narthex counter": "counter_inc/narthex/threads:{}",
            "narthex labels().inc()": "lookup_inc/narthex/threads:{}",
            "prometheus-cpp counter": "counter_inc/prometheus_cpp/threads:{}",
            "prometheus-cpp lookup": "lookup_inc/prometheus_cpp/threads:{}",
            "limit": "counter_inc/limit/threads:{}",
        },
    ),
    Figure(
        "lookup_by_series.svg",
        "One lookup and increment",
        "series in the family",
        "ns",
        [10, 100, *THOUSANDS],
        {
            "narthex": "lookup_by_size/narthex/series:{}",
            "prometheus-cpp": "lookup_by_size/prometheus_cpp/series:{}",
        },
    ),
    Figure(
        "scrape_by_threads.svg",
        "One scrape of 1,000 hot counters",
        "live threads that updated all of them",
        "us",
        [1, 4, 16, 64],
        {
            "narthex": "scrape_live_threads/narthex/live:{}",
            "prometheus-cpp": "scrape_live_threads/prometheus_cpp/live:{}",
        },
        divisor=1e3,
    ),
]


def values(figure, case, results):
    """Returns the points of one line: the measured (x, y)."""
    medians = [(point, results.median(case.format(point))) for point in figure.points]
    return [(point, median / figure.divisor) for point, median in medians if not math.isnan(median)]


def draw_all(results, folder):
    """Writes every figure as an SVG file."""
    folder.mkdir(exist_ok=True)
    for figure in FIGURES:
        lines = {name: values(figure, case, results) for name, case in figure.lines.items()}
        (folder / figure.file).write_text(plot.svg(figure.title, figure.across, figure.up, lines))


def markdown(results):
    """Returns every figure with its numbers as Markdown."""
    return "\n".join(section(figure, results) for figure in FIGURES)


def section(figure, results):
    """Returns one figure and its numbers."""
    lines = [f"![{figure.title}: {figure.up} by {figure.across}](figures/{figure.file})\n"]
    lines.append(f"| {figure.up} | " + " | ".join(f"{point:,}" for point in figure.points) + " |")
    lines.append("| --- |" + " ---: |" * len(figure.points))
    for name, case in figure.lines.items():
        measured = dict(values(figure, case, results))
        cells = [digits(measured.get(point, math.nan)) for point in figure.points]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
