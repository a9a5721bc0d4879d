#!/usr/bin/env python3
"""Draws a dashboard as SVG from the data of a Prometheus: the picture of docs/guide/, without Grafana.

    draw_dashboard.py http://127.0.0.1:9090 narthex_service --job iotd-api --leave-out Container > dashboard.svg
"""

import argparse
import json
import math
import re
import sys
import time
from xml.sax.saxutils import escape

import expressions
import harness

COLUMN, ROW = 50, 26  # pixels of a unit of Grafana's grid
TOP, BOTTOM, SIDE = 36, 50, 62  # of a panel, around its plot
POINTS = 60
LETTER = 6  # pixels, about

STYLE = """
  text { font: 11px system-ui, sans-serif; fill: currentColor }
  svg { color: #1f2328 }
  .row { font-size: 15px; font-weight: 600 }
  .title { font-size: 12px; font-weight: 600 }
  .value { font-size: 26px; font-weight: 600; text-anchor: middle }
  .page { fill: #f6f8fa } .panel { fill: #ffffff; stroke: #d8dee4 }
  .grid { stroke: #d8dee4 }
  .line { fill: none; stroke: currentColor; stroke-width: 1.6 }
  .c0 { color: #c2410c } .c1 { color: #0b6bcb } .c2 { color: #7a3fb5 } .c3 { color: #19794a } .c4 { color: #6b7280 }
  .cell { fill: #c2410c }
  @media (prefers-color-scheme: dark) {
    svg { color: #e6edf3 }
    .page { fill: #010409 } .panel { fill: #0d1117; stroke: #30363d }
    .grid { stroke: #30363d }
    .c0 { color: #fb923c } .c1 { color: #58a6ff } .c2 { color: #c297ff } .c3 { color: #4ac27f } .c4 { color: #9aa4b0 }
    .cell { fill: #fb923c }
  }
"""


def spelled(value, unit):
    """Returns a value in a short human form."""
    if unit == "percentunit":
        return f"{100 * value:.3g} %"
    if unit == "s" and 0 < value < 1:
        return f"{1000 * value:.3g} ms"
    steps = (("Gi", 2**30), ("Mi", 2**20), ("Ki", 2**10)) if unit == "bytes" else (("M", 1e6), ("k", 1e3))
    suffix, size = next(((name, size) for name, size in steps if abs(value) >= size), ("", 1))
    name = {"bytes": "B", "s": "s", "reqps": "/s", "ops": "/s"}.get(unit, "")
    return f"{value / size:.3g} {suffix}{name}".rstrip()


def text(x, y, words, kind="label", anchor="start"):
    """Returns a text element."""
    return f'<text x="{x:.0f}" y="{y:.0f}" class="{kind}" text-anchor="{anchor}">{escape(words)}</text>'


class Plot:
    """The plot area of a panel: time from left to right, values from bottom to top."""

    def __init__(self, place, start, end, highest):
        self.left, self.right = place["x"] * COLUMN + SIDE, (place["x"] + place["w"]) * COLUMN - 14
        self.top, self.bottom = place["y"] * ROW + TOP, (place["y"] + place["h"]) * ROW - BOTTOM
        self._start, self._end, self._highest = start, end, highest

    def x(self, moment):
        """Returns the x position of a time."""
        return self.left + (moment - self._start) / (self._end - self._start) * (self.right - self.left)

    def y(self, value):
        """Returns the y position of a value."""
        return self.bottom - value / self._highest * (self.bottom - self.top)

    def ticks(self, unit):
        """Returns three horizontal grid lines with their values."""
        parts = []
        for value in (0, self._highest / 2, self._highest):
            parts.append(f'<path class="grid" d="M{self.left} {self.y(value):.1f}H{self.right}"/>')
            parts.append(text(self.left - 4, self.y(value) + 4, spelled(value, unit), anchor="end"))
        return parts


class Dashboard:
    """One dashboard with its variables set, over the last seconds of a Prometheus."""

    def __init__(self, prometheus, choice, seconds):
        self._prometheus, self._choice = prometheus, choice
        self._end = time.time()
        self._start = self._end - seconds
        self._step = seconds / POINTS

    def series(self, target):
        """Returns the (name, series) pairs of a range query."""
        query = expressions.filled_in(target["expr"], self._choice)
        span = {"start": self._start, "end": self._end, "step": self._step}
        found = self._prometheus.get("query_range", query=query, **span)["result"]
        return [(self._name(target["legendFormat"], series["metric"]), series) for series in found]

    @staticmethod
    def _name(legend, labels):
        return re.sub(r"{{(\w+)}}", lambda found: labels.get(found[1], ""), legend).strip()

    def lines(self, panel, unit):
        """Returns the lines of all queries of a panel, with a legend below."""
        found = [one for target in panel["targets"] for one in self.series(target)]
        courses = {}
        for name, series in found:
            values = ((moment, float(value)) for moment, value in series.get("values", []))
            courses[name] = [point for point in values if math.isfinite(point[1])]
        highest = max((value for course in courses.values() for _, value in course), default=0) or 1
        plot = Plot(panel["gridPos"], self._start, self._end, highest)
        parts, at, line = plot.ticks(unit), plot.left, plot.bottom + 22
        for number, (name, course) in enumerate(courses.items()):
            path = "L".join(f"{plot.x(moment):.1f} {plot.y(value):.1f}" for moment, value in course)
            parts.append(f'<g class="c{number % 5}">' + (f'<path class="line" d="M{path}"/>' if path else ""))
            if at + LETTER * len(name) > plot.right:
                at, line = plot.left, line + 15
            parts.append(text(at, line, name) + "</g>")
            at += LETTER * (len(name) + 2)
        return parts

    def cells(self, panel, unit):
        """Returns the native histograms of a query, a column for each time and a cell for each bucket."""
        histograms = [pair for _, series in self.series(panel["targets"][0]) for pair in series.get("histograms", [])]
        buckets = [
            (moment, float(low), float(high), float(count))
            for moment, histogram in histograms
            for _, low, high, count in histogram.get("buckets", [])
            if float(low) > 0
        ]
        if not buckets:
            return []
        least, most = math.log(min(b[1] for b in buckets)), math.log(max(b[2] for b in buckets))
        darkest = max(bucket[3] for bucket in buckets)
        plot = Plot(panel["gridPos"], self._start, self._end, most - least)
        width = plot.x(self._start + self._step) - plot.left
        parts = []
        for moment, low, high, count in buckets:
            top, bottom = plot.y(math.log(high) - least), plot.y(math.log(low) - least)
            place = f'x="{plot.x(moment) - width:.1f}" y="{top:.1f}" width="{width:.1f}" height="{bottom - top:.1f}"'
            parts.append(f'<rect class="cell" {place} opacity="{0.15 + 0.85 * count / darkest:.2f}"/>')
        for part in (0, 0.5, 1):
            value = math.exp(least + part * (most - least))
            parts.append(text(plot.left - 4, plot.y(part * (most - least)) + 4, spelled(value, unit), anchor="end"))
        return parts

    def number(self, panel, unit):
        """Returns the last value of a query in large type."""
        place = panel["gridPos"]
        found = [series for _, series in self.series(panel["targets"][0]) if "values" in series]
        shown = spelled(float(found[0]["values"][-1][1]), unit) if found else "no data"
        middle = (place["x"] + place["w"] / 2) * COLUMN, (place["y"] + place["h"] / 2) * ROW + 12
        return [text(*middle, shown, "value", "middle")]

    def labels(self, panel, _):
        """Returns the labels of the first series of a query, a line for each."""
        found = self.series(panel["targets"][0])
        metric = found[0][1]["metric"] if found else {}
        shown = [f"{name}: {value}" for name, value in metric.items() if name not in ("__name__", "job", "instance")]
        x, y = panel["gridPos"]["x"] * COLUMN + 14, panel["gridPos"]["y"] * ROW + TOP + 20
        return [text(x, y + 16 * line, words) for line, words in enumerate(shown)]

    def panel(self, panel):
        """Returns a panel, or the heading of a row."""
        place = panel["gridPos"]
        x, y = place["x"] * COLUMN, place["y"] * ROW
        if panel["type"] == "row":
            return [text(x + 8, y + ROW - 6, panel["title"], "row")]
        draw = {"stat": self.number, "table": self.labels, "heatmap": self.cells}.get(panel["type"], self.lines)
        size = f'width="{place["w"] * COLUMN - 8}" height="{place["h"] * ROW - 6}"'
        frame = f'<rect class="panel" x="{x + 4}" y="{y + 3}" {size} rx="4"/>'
        unit = panel["fieldConfig"]["defaults"]["unit"]
        return [frame, text(x + 12, y + 20, panel["title"], "title"), *draw(panel, unit)]


def without_rows(panels, titles):
    """Returns the panels that are not below one of these headings, moved up to close the gaps."""
    kept, left_out, gap = [], False, 0
    for panel in panels:
        place = panel["gridPos"]
        if panel["type"] == "row":
            left_out = panel["title"] in titles
            bottom = max((one["gridPos"]["y"] + one["gridPos"]["h"] for one in kept), default=0)
            gap = place["y"] - bottom
        if not left_out:
            kept.append(panel | {"gridPos": place | {"y": place["y"] - gap}})
    return kept


def svg(prometheus, dashboard, job, seconds, left_out):
    """Returns the picture of a dashboard for one job, without the rows to leave out."""
    found = [choice for choice in expressions.choices(prometheus, dashboard) if choice.get("job", job) == job]
    if not found:
        raise harness.HarnessError(f"Prometheus has nothing of the job '{job}' that this dashboard could show")
    drawn = Dashboard(prometheus, found[0], seconds)
    panels = without_rows(dashboard["panels"], left_out)
    width = 24 * COLUMN
    height = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in panels) * ROW + 6
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        f"<title>{escape(dashboard['title'])} of {escape(job)}</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="page" width="{width}" height="{height}"/>',
        *(part for panel in panels for part in drawn.panel(panel)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def main():
    """Reads the command line and prints the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", help="of a Prometheus")
    parser.add_argument("dashboard", help="the name of its file, less .json")
    parser.add_argument("--job", default="", help="what the variable `job` is set to")
    parser.add_argument("--seconds", type=int, default=900, help="how far back (900)")
    parser.add_argument("--leave-out", action="append", default=[], metavar="ROW", help="its heading; may be repeated")
    options = parser.parse_args()
    dashboard = json.loads((expressions.DASHBOARDS / f"{options.dashboard}.json").read_text())
    prometheus = harness.Prometheus(None, options.url)
    try:
        print(svg(prometheus, dashboard, options.job, options.seconds, options.leave_out), end="")
    except (harness.HarnessError, OSError) as error:
        sys.exit(f"draw_dashboard: {options.url}: {error}")


if __name__ == "__main__":
    main()
