"""The state of a process, read from /proc without narthex, to check process_* against."""

import os
import pathlib

TICKS = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def fields(path):
    """Returns the `key: value` lines of a file."""
    return {key: value.split() for key, _, value in (line.partition(":") for line in path.read_text().splitlines())}


def boot_time():
    """Returns the boot time of the machine in seconds since 1970."""
    lines = pathlib.Path("/proc/stat").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("btime"))


def soft_limit(folder, name):
    """Returns a limit of the process; None without a limit."""
    lines = (folder / "limits").read_text().splitlines()
    soft = next(line.removeprefix(name).split()[0] for line in lines if line.startswith(name))
    return None if soft == "unlimited" else float(soft)


def read(pid):
    """Returns the values of the process_* samples of a process, by sample."""
    folder = pathlib.Path("/proc", str(pid))
    stat = (folder / "stat").read_text().rpartition(")")[2].split()  # from its third field on
    tasks = [fields(task / "status") for task in (folder / "task").iterdir()]
    values = {
        "process_cpu_seconds_total": (int(stat[11]) + int(stat[12])) / TICKS,
        "process_open_fds": len(os.listdir(folder / "fd")),
        "process_max_fds": soft_limit(folder, "Max open files"),
        "process_virtual_memory_bytes": int(stat[20]),
        "process_virtual_memory_max_bytes": soft_limit(folder, "Max address space"),
        "process_resident_memory_bytes": int(stat[21]) * PAGE_BYTES,
        "process_heap_bytes": int(fields(folder / "status")["VmData"][0]) * 1024,
        "process_threads": int(stat[17]),
        "process_start_time_seconds": boot_time() + int(stat[19]) / TICKS,
        'process_page_faults_total{type="minor"}': int(stat[7]),
        'process_page_faults_total{type="major"}': int(stat[9]),
    }
    for kind, key in (("voluntary", "voluntary_ctxt_switches"), ("involuntary", "nonvoluntary_ctxt_switches")):
        values[f'process_context_switches_total{{type="{kind}"}}'] = sum(int(task[key][0]) for task in tasks)
    return {sample: value for sample, value in values.items() if value is not None}
