"""The table as text: one line for each row."""

import math

from targets import Measured

# gain: prometheus-cpp / narthex. x limit: narthex / limit. control: time of two threads / one thread on private memory.
COLUMNS = ["operation", "narthex", "spread", "prometheus-cpp", "gain", "limit", "x limit", "control", "target", "met"]
NUMBERS = slice(1, 8)
# Nanoseconds or bytes in one unit.
UNITS = {"ns": 1, "us": 1e3, "ms": 1e6, "B": 1, "MiB": 2**20}


def cells(rows, results):
    """Returns the heading and the cells of all measured rows."""
    measured = [(row, Measured(row, results)) for row in rows]
    return [COLUMNS] + [line(row, figures) for row, figures in measured if not math.isnan(figures.ours)]


def line(row, measured):
    """Returns the cells of one row."""
    return [
        row.work,
        amount(measured.ours, row.unit),
        f"{100 * measured.spread:.0f} %",
        amount(measured.peer, row.unit),
        ratio(measured.peer, measured.ours),
        amount(measured.limit, row.unit),
        ratio(measured.ours, measured.limit),
        ratio(measured.control(), 1) if row.two_threads else "",
        ", ".join([target.words for target in row.targets] + ([f"no limit: {row.limitless}"] if row.limitless else [])),
        verdict(row, measured),
    ]


def digits(value):
    """Returns a number with three digits, or all digits before the point; "" for NaN."""
    if math.isnan(value):
        return ""
    return f"{value:,.{2 if value < 10 else 1 if value < 100 else 0}f}"


def amount(value, unit):
    """Returns a figure with its unit, "" for NaN."""
    return f"{digits(value / UNITS[unit])} {unit}" if not math.isnan(value) else ""


def ratio(figure, beside):
    """Returns the quotient."""
    return digits(figure / beside)


def verdict(row, measured):
    """Returns whether all targets are met, "" for a row without a target."""
    if not row.targets:
        return ""
    return "yes" if all(target.is_met(measured) for target in row.targets) else "no"


def markdown(rows, numbers=NUMBERS):
    """Returns a table as Markdown. `numbers` are the columns that are aligned to the right."""
    rule = ["---"] * len(rows[0])
    rule[numbers] = ["---:"] * len(rule[numbers])
    return "".join(f"| {' | '.join(row)} |\n" for row in [rows[0], rule, *rows[1:]])


def aligned(rows, numbers=NUMBERS):
    """Returns a table for a terminal."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    right = range(*numbers.indices(len(widths)))

    def text(row):
        places = enumerate(zip(row, widths))
        return "  ".join(f"{cell:{'>' if column in right else '<'}{width}}" for column, (cell, width) in places)

    return "\n".join(text(row).rstrip() for row in rows)
