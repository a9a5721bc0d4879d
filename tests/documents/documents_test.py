"""What the documents show is what the tree holds: their programs are files of it, their links lead somewhere."""

import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(sys.argv.pop(1))
DOCUMENTS = sorted(
    ROOT / name
    for name in subprocess.check_output(
        ["git", "-C", ROOT, "-c", f"safe.directory={ROOT}", "ls-files", "*.md"], text=True
    ).split()
)
# A code block that shows a file begins behind a line such as: <!-- file: examples/quickstart.cc -->
SHOWN = re.compile(r"<!-- file: (\S+) -->\n+```\w*\n(.*?)```", re.DOTALL)
# One that shows some lines of a file, next to each other: <!-- lines of: CMakeLists.txt -->
LINES = re.compile(r"<!-- lines of: (\S+) -->\n+```\w*\n(.*?)```", re.DOTALL)
# What looks like a link there is none: a lambda with its parameters, say.
CODE = re.compile(r"```.*?```", re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
# What stands alone in the documents' words for a place in the tree: `src/registry.cc`, `tests/`.
PLACE = re.compile(r"`((?:include|src|exporters|testing|examples|tests|bench|docs|scripts|cmake|\.ci)/[\w./*-]*)`")


class DocumentsTest(unittest.TestCase):
    def test_there_are_documents(self):
        self.assertIn(ROOT / "README.md", DOCUMENTS)

    def test_shown_files_are_shown_as_they_are(self):
        shown = 0
        for document in DOCUMENTS:
            for name, text in SHOWN.findall(document.read_text()):
                shown += 1
                self.assertEqual(text, (ROOT / name).read_text(), f"{document.name} shows {name}")
        self.assertGreater(shown, 0)

    def test_shown_lines_are_in_their_files(self):
        shown = 0
        for document in DOCUMENTS:
            for name, text in LINES.findall(document.read_text()):
                shown += 1
                self.assertIn("\n" + text, "\n" + (ROOT / name).read_text(), f"{document.name} shows {name}")
        self.assertGreater(shown, 0)

    def test_the_quickstart_has_at_most_twelve_lines_that_count(self):
        lines = (ROOT / "examples/quickstart.cc").read_text().splitlines()
        counting = [line for line in lines if line.strip() not in ("", "}") and not line.startswith("//")]
        self.assertLessEqual(len(counting), 12)

    def test_links_lead_somewhere(self):
        for document in DOCUMENTS:
            for target in LINK.findall(CODE.sub("", document.read_text())):
                if not target.startswith(("http://", "https://")):
                    self.assertTrue((document.parent / target).exists(), f"{document.name}: {target}")

    def test_places_in_the_tree_exist(self):
        for document in DOCUMENTS:
            for place in PLACE.findall(document.read_text()):
                self.assertTrue(list(ROOT.glob(place.rstrip("/"))), f"{document.name}: {place}")


if __name__ == "__main__":
    unittest.main()
