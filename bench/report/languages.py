"""The table of the clients of other languages."""

import math

import table

HEADING = """\
### Beside the clients of other languages

rust-prometheus and the official Go client of Debian do the same work on the same inputs (`bench/rivals/`). Each program
runs as often as the others, in random order. A figure is the median, followed by the spread. A counter of each client
takes fractions. The text of a Go program is made by `Gather()` and the encoder of `promhttp`.
"""

# The name of a client in the table and in its figures.
CLIENTS = {
    "narthex": "narthex",
    "prometheus-cpp": "prometheus_cpp",
    "rust-prometheus": "rust_prometheus",
    "client_golang": "client_golang",
}
WORK = {
    "counter +1": "counter_inc",
    "gauge +1": "gauge_inc",
    "gauge set": "gauge_set",
    "histogram observe, 1,024 values": "histogram_rotating",
    "lookup of two label values, +1": "lookup_inc",
}
ROWS = {
    **{
        f"{work}, {threads}T": f"{case}/{{}}/threads:{threads}" for work, case in WORK.items() for threads in (1, 2)
    },
    "text sample, 10k": "text_counters/{}/series:10000",
}
NUMBERS = slice(1, None)


def cells(results):
    """Returns the heading and the cells of all rows."""
    return [["operation", *CLIENTS]] + [
        [work] + [cell(case.format(client), results) for client in CLIENTS.values()] for work, case in ROWS.items()
    ]


def cell(name, results):
    """Returns a figure and its spread; "" if it was not measured."""
    median = results.median(name)
    if math.isnan(median):
        return ""
    return f"{table.amount(median, 'ns')} ± {50 * results.spread(name):.0f} %"


def markdown(rows):
    """Returns the section of the document."""
    return f"{HEADING}\n{table.markdown(rows, NUMBERS)}"
