"""docs/guide/: its commands run in the order of the pages and print the output that the pages show."""

import ast
import importlib.util
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import case
import own_network

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs/guide").glob("[0-9]*.md"))
# Commands, and their output if the page shows it.
COMMANDS = re.compile(r"```sh\n(.*?)```(?:\n```text\n(.*?)```)?", re.DOTALL)
MARK = "--- the guide goes on ---\n"
SECONDS = 200


def shown(text):
    """Returns the pattern of an output as a page shows it: `...` is anything within a line."""
    return ".*".join(map(re.escape, text.split("...")))


def run(script, folder, environment):
    """Runs a script; returns its exit code and its output. Programs that it started are stopped."""
    command = ["setpriv", "--pdeathsig", "KILL", "--", "unshare", "--pid", "--fork", "--kill-child", "bash", "-c", script]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    process = subprocess.Popen(command, cwd=folder, env=environment, **streams)
    try:
        printed, _ = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        printed, _ = process.communicate()
    return process.returncode, printed


def modules(script):
    """Returns the modules that a Python script imports, without the standard library."""
    nodes = ast.walk(ast.parse(script.read_text()))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return names - sys.stdlib_module_names


class Guide(unittest.TestCase):
    def test_the_packages_that_its_scripts_need_are_among_those_to_be_installed(self):
        packages = re.search(r"apt-get install (.*)", (ROOT / "docs/guide/README.md").read_text())[1].split()
        scripts = re.findall(r'"\$NARTHEX"/(\S+\.py)', "".join(page.read_text() for page in PAGES))
        files = {importlib.util.find_spec(name).origin for script in scripts for name in modules(ROOT / script)}
        self.assertGreater(len(files), 0)
        owners = subprocess.check_output(["dpkg-query", "-S", *files], text=True).splitlines()
        self.assertLessEqual({owner.split(":")[0] for owner in owners}, set(packages))

    def test_every_command_of_the_guide_works_and_prints_what_it_says(self):
        blocks = [(page.name, *block) for page in PAGES for block in COMMANDS.findall(page.read_text())]
        self.assertEqual({name for name, _, _ in blocks}, {page.name for page in PAGES})
        with tempfile.TemporaryDirectory(prefix="narthex-guide-") as folder:
            prefix = pathlib.Path(folder, "installed")
            build = case.binary("..").resolve()
            subprocess.run(["cmake", "--install", build, "--prefix", prefix], check=True, stdout=subprocess.DEVNULL)
            begun = pathlib.Path(folder, "begun")
            begun.mkdir()
            pkg_config = ":".join(map(str, prefix.glob("lib*/**/pkgconfig")))
            environment = os.environ | {
                "NARTHEX": str(ROOT), "CMAKE_PREFIX_PATH": str(prefix), "PKG_CONFIG_PATH": pkg_config
            }
            commands = "".join(f"{commands}printf '%s' '{MARK}'\n" for _, commands, _ in blocks)
            status, printed = run("set -euo pipefail -m\n" + commands, begun, environment)
        *outputs, rest = printed.split(MARK)
        for (page, commands, output), actual in zip(blocks, outputs):
            if output:
                self.assertRegex(actual, rf"\A{shown(output)}\Z", f"{page}:\n{commands}")
        self.assertEqual((status, len(outputs)), (0, len(blocks)), f"the next command wrote:\n{rest}")


if __name__ == "__main__":
    own_network.enter()
    case.main()
