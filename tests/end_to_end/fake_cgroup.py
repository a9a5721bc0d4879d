"""A fake control group (version 2) in files, for machines without one."""

import pathlib
import subprocess

PRESSURE = "".join(
    f"{kind} avg10=0.00 avg60=0.00 avg300=0.00 total={total}\n" for kind, total in (("some", 7000), ("full", 300))
)
FILES = {
    "cgroup.controllers": "cpu io memory\n",
    "cpu.max": "150000 100000\n",
    "cpu.stat": (
        "usage_usec 9000000\nuser_usec 6000000\nsystem_usec 3000000\n"
        "nr_periods 400\nnr_throttled 20\nthrottled_usec 1000000\n"
    ),
    "memory.current": "52428800\n",
    "memory.max": "268435456\n",
    "memory.stat": "anon 31457280\nfile 20971520\ninactive_file 10485760\n",
    "memory.high": "201326592\n",
    "memory.swap.current": "0\n",
    "memory.events": "low 0\nhigh 2\nmax 0\noom 0\noom_kill 0\n",
    **{f"{resource}.pressure": PRESSURE for resource in ("cpu", "io", "memory")},
}


def own_group():
    """Returns the path of the group that this process is in, as its programs see it."""
    for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines():
        if line.startswith("0::/"):
            return line.removeprefix("0::/")
    return ""


def put_in_place(folder):
    """Creates the files in this folder. This process and its children see them as their control group.

    For who has a mount namespace of its own.
    """
    root = pathlib.Path(folder)
    group = root / own_group()
    group.mkdir(parents=True, exist_ok=True)
    (root / "cgroup.controllers").write_text(FILES["cgroup.controllers"])
    for name, text in FILES.items():
        (group / name).write_text(text)
    subprocess.run(["mount", "--bind", root, "/sys/fs/cgroup"], check=True)
