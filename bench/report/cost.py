"""The table of what narthex costs its users: the time to include its header, and the size of a program."""

import math
import pathlib
import re
import resource
import shutil
import subprocess
import tempfile

import programs
import table

HEADING = """\
An include is the user time of a compiler that only checks a file with these `#include` lines and an empty `main()`. The
files are compiled in turn, and a figure is the median. `narthex/narthex.h` contains all headers of the library; those of
prometheus-cpp are `counter.h`, `gauge.h`, `histogram.h`, and `registry.h`. "Only the standard library" are the headers
of it that narthex cannot do without, because its public types contain them.

A program serves one counter (`bench/cost/`). It is linked statically with narthex, and with
`-ffunction-sections -fdata-sections -Wl,--gc-sections`. The text is the column of `size`: code, constants, and unwind
tables. That of prometheus-cpp includes its two shared libraries, because Debian has no static ones. No figure includes
libraries of others, such as civetweb and fmt. The bss is memory that is zero when a program starts: see "Memory that is
never touched" below.
"""

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMPILERS = ["g++", "clang++"]
NEEDED = ["atomic", "chrono", "concepts", "functional", "memory", "optional", "span", "string", "vector"]
INCLUDES = {
    "narthex": ["narthex/narthex.h"],
    "prometheus_cpp": [f"prometheus/{name}.h" for name in ("counter", "gauge", "histogram", "registry")],
    "needed": NEEDED,
    "without_chrono": [name for name in NEEDED if name != "chrono"],
}
PROGRAMS = {
    "civetweb": {"narthex": "narthex_cost_civetweb_exporter", "prometheus_cpp": "narthex_cost_exposer"},
    "http": {"narthex": "narthex_cost_http_exporter", "prometheus_cpp": "narthex_cost_exposer"},
}
COLUMNS = ["cost", "narthex", "prometheus-cpp", "ratio", "target", "met"]
NUMBERS = slice(1, 4)


def measure(bin_dir, repetitions, results):
    """Adds all figures. `repetitions` is how often each file is compiled."""
    for compiler in COMPILERS:
        if shutil.which(compiler):
            measure_includes(compiler, repetitions, results)
    for name, clients in PROGRAMS.items():
        for client, program in clients.items():
            if (bin_dir / program).exists():
                text, bss = size_of(bin_dir / program)
                results.add(f"text_{name}/{client}", text)
                results.add(f"bss_{name}/{client}", bss)


def measure_includes(compiler, repetitions, results):
    """Compiles the files of all clients in turn, in milliseconds of user time."""
    print(f"Running {compiler} ...", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        sources = {client: source(pathlib.Path(folder), client) for client in INCLUDES}
        for _ in range(repetitions):
            for client, file in sources.items():
                before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
                programs.run([compiler, "-std=c++20", "-O0", "-fsyntax-only", f"-I{ROOT}/include", file])
                used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
                results.add(f"include_{compiler}/{client}", 1e3 * used)


def source(folder, client):
    """Writes the file of a client, and returns its path."""
    file = folder / f"{client}.cc"
    file.write_text("".join(f"#include <{name}>\n" for name in INCLUDES[client]) + "int main() {}\n")
    return file


def size_of(program):
    """Returns the bytes of text and of bss of a program and of the libraries of its client."""
    libraries = re.findall(r"=> (\S*/lib(?:narthex|prometheus-cpp)\S*)", programs.run(["ldd", program]))
    lines = programs.run(["size", program, *libraries]).splitlines()[1:]
    columns = [[int(number) for number in line.split()[:3]] for line in lines]
    return sum(text for text, _, _ in columns), sum(bss for _, _, bss in columns)


def milliseconds(value):
    """Returns a duration with its unit, "" for NaN."""
    return "" if math.isnan(value) else f"{value:,.0f} ms"


def kilobytes(value):
    """Returns a size with its unit, "" for NaN."""
    return "" if math.isnan(value) else f"{value / 1e3:,.0f} kB"


def cells(results):
    """Returns the heading and the cells of all measured rows."""
    rows = [COLUMNS]
    for compiler in COMPILERS:
        case = f"include_{compiler}"
        rows.append(
            row(f"include, {compiler}", case, milliseconds, results, "ratio <= 2", lambda own, peer: own <= 2 * peer)
        )
        for name, client in (("only the standard library", "needed"), ("the same without chrono", "without_chrono")):
            figure = results.median(f"{case}/{client}")
            rows.append([f"{name}, {compiler}", milliseconds(figure), "", "", "", ""])
    for name, limit in (("civetweb", 400e3), ("http", 800e3)):
        title = {"civetweb": "CivetwebExporter", "http": "HttpExporter"}[name]
        words = f"<= {kilobytes(limit)}"
        rows.append(
            row(f"text, {title}", f"text_{name}", kilobytes, results, words, lambda own, _, most=limit: own <= most)
        )
        rows.append(row(f"bss, {title}", f"bss_{name}", kilobytes, results))
    return [rows[0]] + [cells for cells in rows[1:] if cells[1]]


def row(title, case, unit, results, target="", is_met=None):
    """Returns the cells of narthex beside prometheus-cpp."""
    own = results.median(f"{case}/narthex")
    peer = results.median(f"{case}/prometheus_cpp")
    if is_met is None:
        return [title, unit(own), unit(peer), "", "", ""]
    return [title, unit(own), unit(peer), table.ratio(own, peer), target, "yes" if is_met(own, peer) else "no"]


def markdown(rows):
    """Returns the section of the document."""
    return f"{HEADING}\n{table.markdown(rows, NUMBERS)}"
