"""Runs the programs of bench/ and stores their results."""

import collections
import dataclasses
import json
import math
import random
import re
import statistics
import subprocess
import tempfile

# The programs of Google Benchmark.
BENCHMARKS = ["narthex_bench", "narthex_http_bench", "narthex_layer_bench"]
# The measurements of narthex_memory, and its clients with their programs.
MEMORY = [
    "counters",
    "counters_churned",
    "counters_touched",
    "histograms",
    "histograms_touched",
    "thread",
    "thread_histograms",
    "peak",
    "stretched",
    "stretched_scrape",
]
CLIENTS = {
    "narthex": "narthex_memory",
    "prometheus_cpp": "narthex_memory",
    "limit": "narthex_memory",
    "layer": "narthex_layer_memory",
}
# Family::Remove() of prometheus-cpp compares all series, so a million removals take ten minutes.
TOO_SLOW = ("prometheus_cpp", "counters_churned")
# The programs of the clients of other languages.
RIVALS = ["rust_prometheus", "client_golang"]
MOST_SECONDS = 1800
# Gauges that several threads write have two speeds, depending on how long a core keeps a cache line. They are measured
# more often, in the same time, so that a median does not depend on few repetitions.
GAUGES = "gauge_"
SHORTER = 10
# Updates of memory that only one thread uses.
CONTROL = "counter_inc/limit/"


class ProgramError(Exception):
    """A program that is missing, fails, or does not end."""


@dataclasses.dataclass(frozen=True)
class Effort:
    """How long to measure: repetitions of everything, seconds for each, and the names to leave out, as a regex."""

    repetitions: int
    seconds: float
    skipped: str
    rivals: bool = True

    def includes(self, name):
        """Returns whether to measure the figure with this name."""
        return not re.search(self.skipped or "$^", name)

    def of(self, case):
        """Returns the repetitions and the seconds of a case."""
        shorter = SHORTER if case.startswith(GAUGES) else 1
        return self.repetitions * shorter, self.seconds / shorter


class Results:
    """Figures by name, such as counter_inc/narthex/threads:2; one for each repetition, in nanoseconds or bytes."""

    def __init__(self):
        self._figures = collections.defaultdict(list)
        self.errors = set()

    def add(self, name, figure):
        """Keeps the figure of one repetition."""
        self._figures[name].append(figure)

    def median(self, name):
        """Returns the median over the repetitions, or NaN without results."""
        return statistics.median(self._figures.get(name, [math.nan]))

    def spread(self, name):
        """Returns the spread of the repetitions as a ratio of their median."""
        figures = self._figures.get(name, [math.nan])
        return (max(figures) - min(figures)) / statistics.median(figures)


def run_all(bin_dir, effort):
    """Runs everything; a failure inside a program that continues is added to the errors."""
    results = Results()
    run_google_benchmarks([bin_dir / name for name in BENCHMARKS], effort, results)
    if effort.rivals:
        run_rivals(bin_dir, effort, results)
    run_memory(bin_dir, effort, results)
    return results


def run(command):
    """Runs a program to its end and returns its output."""
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=MOST_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ProgramError(error) from None
    if ended.returncode != 0:
        raise ProgramError(f"{' '.join(map(str, command))} ended with {ended.returncode}:\n{ended.stderr}")
    return ended.stdout


def run_google_benchmarks(programs, effort, results):
    """Runs every work in a process of its own: all clients and limits, their repetitions in random order.

    If several programs have the same work, they run one directly after the other.
    """
    print(f"Running {', '.join(program.name for program in programs)} ...", flush=True)
    groups = collections.defaultdict(lambda: collections.defaultdict(list))
    control = {}
    for program in programs:
        listed = run([program, "--benchmark_list_tests=true"]).split()
        names = [name for name in listed if effort.includes(short_name(name))]
        control[program] = [name for name in names if short_name(name).startswith(CONTROL)]
        for name in names:
            groups[work(name)][program].append(name)
    for (case, *_), group_of in groups.items():
        for program, group in group_of.items():
            beside = control[program] if any("threads:2" in name for name in group) else []
            run_group(program, case, group, beside, effort, results)


def work(name):
    """Returns a name without the client and the number of threads: results with the same rest are compared."""
    case, _, *arguments = name.split("/")
    return case, *(part for part in arguments if not part.startswith("threads:"))


def run_group(program, case, group, control, effort, results):
    """Runs the benchmarks of one work in one process, beside the control loop."""
    names = map(re.escape, {*group, *control})
    repetitions, seconds = effort.of(case)
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        options = [
            f"--benchmark_filter=^({'|'.join(names)})$",
            f"--benchmark_repetitions={repetitions}",
            f"--benchmark_min_time={seconds}",
            "--benchmark_enable_random_interleaving=true",
            f"--benchmark_out={out.name}",
        ]
        run([program, *options])
        report = json.load(out)
    cores = report["context"]["num_cpus"]
    for entry in report["benchmarks"]:
        if entry.get("error_occurred"):
            results.errors.add(f"{entry['run_name']}: {entry['error_message']}")
        elif entry["run_type"] == "iteration":
            figure = nanoseconds(entry, cores)
            name = short_name(entry["run_name"])
            if entry["run_name"] in group:
                results.add(name, figure)
            if entry["run_name"] in control:
                results.add(name.replace(CONTROL, f"{case}/control/"), figure)


def short_name(name):
    """Returns a name without the suffixes that Google Benchmark adds."""
    how = ("real_time", "manual_time", "iterations:", "min_time:")
    return "/".join(part for part in name.split("/") if not part.startswith(how))


def nanoseconds(entry, cores):
    """Returns the time of one operation: the median request, one sample of a text, or one update on its core."""
    if "p50_seconds" in entry:
        return 1e9 * entry["p50_seconds"]
    if "items_per_second" in entry:
        return 1e9 / entry["items_per_second"]
    unit = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}[entry["time_unit"]]
    return unit * entry["real_time"] * min(entry["threads"], cores)


def run_rivals(bin_dir, effort, results):
    """Measures the clients of other languages, in random order. Each run of a program measures all of its cases once."""
    print(f"Running {' and '.join(RIVALS)} ...", flush=True)
    for client in random.sample(RIVALS * effort.repetitions, k=len(RIVALS) * effort.repetitions):
        add_rival(client, run([bin_dir / client, str(effort.seconds)]), results)


def add_rival(client, output, results):
    """Adds the lines of a program: `counter_inc/threads:2 12.3`, in nanoseconds."""
    for line in output.splitlines():
        name, figure = line.split()
        case, arguments = name.split("/")
        results.add(f"{case}/{client}/{arguments}", float(figure))


def run_memory(bin_dir, effort, results):
    """Measures memory, every figure in a process of its own, in random order."""
    print(f"Running {', '.join(dict.fromkeys(CLIENTS.values()))} ...", flush=True)
    wanted = [(client, what) for what in MEMORY for client in CLIENTS if (client, what) != TOO_SLOW]
    wanted = [(client, what) for client, what in wanted if effort.includes(f"memory_{what}/{client}")]
    wanted *= effort.repetitions
    random.shuffle(wanted)
    for client, what in wanted:
        results.add(f"memory_{what}/{client}", float(run([bin_dir / CLIENTS[client], client, what])))
