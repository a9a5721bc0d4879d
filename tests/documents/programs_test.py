"""Runs the examples of the documents: each succeeds and prints what its document shows."""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

PROGRAMS = [pathlib.Path(name) for name in sys.argv[2:]]
DOCUMENTS = [pathlib.Path(sys.argv[1]) / "docs" / name for name in ("cookbook.md", "migration.md", "reference.md")]
del sys.argv[1:]
# The output of a program follows a line such as: <!-- output of: family_member -->. An ellipsis stands for one word.
OUTPUT = re.compile(r"<!-- output of: (\w+) -->\n+```\w*\n(.*?)```", re.DOTALL)


def run(program):
    """Runs a program in an empty folder; returns its exit code, stdout, and stderr."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([program], cwd=folder, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


class ProgramsTest(unittest.TestCase):
    def test_programs_print_what_the_documents_show(self):
        shown = {name: text for document in DOCUMENTS for name, text in OUTPUT.findall(document.read_text())}
        self.assertLessEqual(set(shown), {program.name for program in PROGRAMS})
        for program in PROGRAMS:
            with self.subTest(program.name):
                status, printed, errors = run(program)
                self.assertEqual((status, errors), (0, ""))
                expected = re.escape(shown.get(program.name, "")).replace(re.escape("..."), r"\S+")
                self.assertRegex(printed, rf"\A{expected}\Z")


if __name__ == "__main__":
    unittest.main()
