"""Runs every benchmark, prints the tables, and writes docs/performance.md: the work of scripts/bench."""

import argparse
import pathlib
import sys

import cost
import document
import growth
import languages
import layer
import machine
import programs
import table
import targets

ROOT = pathlib.Path(__file__).resolve().parents[2]
FULL = programs.Effort(repetitions=5, seconds=0.2, skipped=layer.WITHOUT_ROW)
# A quick run leaves out a million series, which take seconds to create, and the growth figures.
SLOW = r"series:1000000|large_families|threads:[48]$|lookup_by_size|live:|memory_(peak|stretched)"
QUICK = programs.Effort(repetitions=3, seconds=0.02, skipped=f"{SLOW}|{layer.WITHOUT_ROW}")
# An include takes a second of the processor, so few of them are enough for a median.
FULL_INCLUDES, QUICK_INCLUDES = 11, 3
# Documents that show some rows of the first table.
SHOWN_IN = ["README.md", "docs/comparison.md", "docs/faq.md"]
LAYER = programs.Effort(repetitions=5, seconds=0.2, skipped=layer.OTHERS, rivals=False)


def main():
    """Parses the command line, measures, and prints the results."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parts = parser.add_mutually_exclusive_group()
    parts.add_argument("--quick", action="store_true", help="fewer rows and repetitions; writes nothing")
    parts.add_argument("--layer", action="store_true", help="only narthex::prometheus_cpp; writes nothing")
    parts.add_argument("--cost", action="store_true", help="only includes and sizes; writes their section")
    parser.add_argument("--bin-dir", default=ROOT / "build/bench/bench", type=pathlib.Path)
    arguments = parser.parse_args()

    try:
        if arguments.cost:
            return report_cost(arguments.bin_dir, FULL_INCLUDES)
        effort = QUICK if arguments.quick else LAYER if arguments.layer else FULL
        results = programs.run_all(arguments.bin_dir, effort)
        if not arguments.layer:
            report_cost(arguments.bin_dir, QUICK_INCLUDES if arguments.quick else FULL_INCLUDES, arguments.quick)
    except programs.ProgramError as error:
        sys.exit(f"scripts/bench: {error}")
    rows = table.cells(targets.ROWS, results)
    beside = languages.cells(results)
    through = layer.cells(results)
    if not arguments.layer:
        print("\n" + table.aligned(rows))
        print("\n" + table.aligned(beside, languages.NUMBERS))
    print("\n" + table.aligned(through, layer.NUMBERS))
    if results.errors:
        sys.exit("scripts/bench: not everything could be measured:\n" + "\n".join(sorted(results.errors)))
    if effort is FULL:
        growth.draw_all(results, ROOT / "docs/figures")
        sections = [
            machine.description(arguments.bin_dir),
            table.markdown(rows),
            layer.markdown(through),
            languages.markdown(beside),
            growth.markdown(results),
        ]
        document.write(ROOT / "docs/performance.md", "\n".join(sections))
        for name in SHOWN_IN:
            document.update_rows(ROOT / name, rows)
        print(f"\nWritten: docs/performance.md, docs/figures/, and the rows in {', '.join(SHOWN_IN)}")


def report_cost(bin_dir, repetitions, is_quick=False):
    """Measures what narthex costs its users, prints the table, and writes its section."""
    results = programs.Results()
    cost.measure(bin_dir, repetitions, results)
    rows = cost.cells(results)
    print("\n" + table.aligned(rows, cost.NUMBERS))
    if not is_quick:
        document.write(ROOT / "docs/performance.md", cost.markdown(rows), "scripts/bench --cost")
        print("\nWritten: docs/performance.md")


if __name__ == "__main__":
    main()
