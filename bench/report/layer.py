"""The table of narthex::prometheus_cpp, the layer that has the interface of prometheus-cpp."""

import math

import table
import targets

HEADING = """\
### Through the interface of prometheus-cpp

`narthex::prometheus_cpp` and prometheus-cpp run the same source code (`bench/versus/prometheus_cpp_client.h`) in two
programs, because both define the same names. For each kind of work, one program runs directly after the other. A text
is `Collect()` and `TextSerializer`. The Exposer of prometheus-cpp serves this text; the Exposer of narthex writes its
text without copies of the families, as the rows "as the Exposer serves it" show. A gain above 1 means that
`narthex::prometheus_cpp` is faster or needs less memory.
"""

COLUMNS = ["operation", "narthex::prometheus_cpp", "spread", "prometheus-cpp", "gain"]
NUMBERS = slice(1, None)

UPDATES = {
    "counter +1": "counter_inc",
    "gauge +1": "gauge_inc",
    "gauge set": "gauge_set",
    "histogram observe, unpredictable": "histogram_observe",
    "histogram observe, 1,024 values": "histogram_rotating",
    "Add() of an existing series, +1": "lookup_inc",
}


def row(work, case, unit="ns", client="layer"):
    """Returns a row of a client of the layer."""
    return targets.Row(work, case, (), unit=unit, client=client)


ROWS = [
    *(
        row(f"{work}, {threads}T", f"{case}/{{}}/threads:{threads}")
        for work, case in UPDATES.items()
        for threads in (1, 2)
    ),
    row("new labelled series", "make_series/{}"),
    row("text sample, 10k", "text_counters/{}/series:10000"),
    row("text sample, 10k, as the Exposer serves it", "text_counters/{}/series:10000", client="layer_exposer"),
    row("text line, histograms", "text_histograms/{}/series:10000"),
    row("text line, histograms, as the Exposer serves it", "text_histograms/{}/series:10000", client="layer_exposer"),
    row("GET /metrics, p50", "http_get_identity/{}", unit="ms"),
    row("GET /metrics, gzip, p50", "http_get_gzip/{}", unit="ms"),
    row("memory per counter series", "memory_counters/{}", unit="B"),
    row("memory per histogram series", "memory_histograms/{}", unit="B"),
]

# Regular expressions of figures to leave out: those of the layer without a row, and all that the table does not show.
OURS = "|".join(each.case.format(each.client) for each in ROWS)
PEER = "|".join(each.case.format("prometheus_cpp") for each in ROWS)
WITHOUT_ROW = rf"^(?!({OURS})$).*/layer"
OTHERS = rf"^(?!({OURS}|{PEER})$)"


def cells(results):
    """Returns the heading and the cells of all measured rows."""
    measured = [(each, targets.Measured(each, results)) for each in ROWS]
    return [COLUMNS] + [line(each, figures) for each, figures in measured if not math.isnan(figures.ours)]


def line(each, measured):
    """Returns the cells of one row."""
    return [
        each.work,
        table.amount(measured.ours, each.unit),
        f"{100 * measured.spread:.0f} %",
        table.amount(measured.peer, each.unit),
        table.ratio(measured.peer, measured.ours),
    ]


def markdown(rows):
    """Returns the section of the document."""
    return f"{HEADING}\n{table.markdown(rows, NUMBERS)}"
