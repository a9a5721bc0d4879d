"""Runs every benchmark, prints one table, and writes docs/performance.md: the work of scripts/bench."""

import argparse
import pathlib
import sys

import document
import growth
import languages
import machine
import programs
import table
import targets

ROOT = pathlib.Path(__file__).resolve().parents[2]
FULL = programs.Effort(repetitions=5, seconds=0.2, skipped="")
# A quick run leaves out a million series, which take seconds to create, and the growth figures.
QUICK = programs.Effort(repetitions=3, seconds=0.02, skipped=r"series:1000000|large_families|threads:[48]$|lookup_by_size|live:")


def main():
    """Parses the command line, measures, and prints the results."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rows and repetitions; writes nothing")
    parser.add_argument("--bin-dir", default=ROOT / "build/release/bench", type=pathlib.Path)
    arguments = parser.parse_args()

    try:
        results = programs.run_all(arguments.bin_dir, QUICK if arguments.quick else FULL)
    except programs.ProgramError as error:
        sys.exit(f"scripts/bench: {error}")
    rows = table.cells(targets.ROWS, results)
    beside = languages.cells(results)
    print("\n" + table.aligned(rows))
    print("\n" + table.aligned(beside, languages.NUMBERS))
    if results.errors:
        sys.exit("scripts/bench: not everything could be measured:\n" + "\n".join(sorted(results.errors)))
    if not arguments.quick:
        growth.draw_all(results, ROOT / "docs/figures")
        parts = [
            machine.description(arguments.bin_dir),
            table.markdown(rows),
            languages.markdown(beside),
            growth.markdown(results),
        ]
        text = "\n".join(parts)
        document.write(ROOT / "docs/performance.md", text)
        print("\nWritten: docs/performance.md and docs/figures/")


if __name__ == "__main__":
    main()
