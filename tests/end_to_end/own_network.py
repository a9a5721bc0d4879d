"""A network of its own for a test whose ports are fixed, and a view of the file system that it may change."""

import os
import subprocess
import sys


def enter():
    """Runs this test again where all ports of loopback are free; returns if it is there already."""
    if "NARTHEX_OWN_NETWORK" in os.environ:
        return
    network = ["unshare", "--mount", "--net", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    network += ["sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    if subprocess.run([*network, "true"], check=False).returncode != 0:
        sys.exit("this test needs a network of its own: root, or a kernel that gives namespaces to everybody")
    os.environ["NARTHEX_OWN_NETWORK"] = "1"
    os.execvp(network[0], [*network, sys.executable, "-u", *sys.argv])
