"""The recipes in packaging/ and the changelog have the version of version.h, and the recipes agree with each other."""

import json
import pathlib
import re
import shutil
import sys
import tempfile
import unittest

ROOT = pathlib.Path(sys.argv.pop(1)).resolve()
sys.path.insert(0, str(ROOT / "packaging"))
import recipes  # noqa: E402

VERSION = ".".join(
    re.findall(r"^#define NARTHEX_VERSION_\w+ (\d+)$", (ROOT / "include/narthex/version.h").read_text(), re.MULTILINE)
)


def released():
    return json.loads((ROOT / recipes.RELEASE).read_text())


class PackagingTest(unittest.TestCase):
    def test_the_header_has_a_version(self):
        self.assertRegex(VERSION, r"^\d+\.\d+\.\d+$")

    def test_the_changelog_begins_with_the_version(self):
        heading = re.search(r"^## .*", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[0]
        self.assertRegex(heading, rf"^## \[{re.escape(VERSION)}\] - (unreleased|\d{{4}}-\d\d-\d\d)$")

    def test_every_recipe_has_the_version_and_the_hashes_of_the_release(self):
        release = released()
        expected = recipes.values(VERSION, release["sha256"], release["sha512"])
        self.assertEqual(recipes.problems(expected), [])

    def test_every_package_manager_has_a_readme(self):
        for folder in sorted(path for path in (ROOT / "packaging").iterdir() if path.is_dir()):
            if folder.name != "__pycache__":
                self.assertTrue((folder / "README.md").exists(), folder)

    def test_each_place_is_checked_and_written(self):
        release = released()
        with tempfile.TemporaryDirectory() as name:
            copy = pathlib.Path(name)
            for file in {file for file, *_ in recipes.PLACES}:
                (copy / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / file, copy / file)
            other = recipes.values("9.8.7", "ab" * 32, "cd" * 64, copy)
            self.assertEqual(len(recipes.problems(other, copy)), len(recipes.PLACES))
            recipes.write(other, copy)
            self.assertEqual(recipes.problems(other, copy), [])
            back = recipes.values(VERSION, release["sha256"], release["sha512"], copy)
            recipes.write(back, copy)
            for file in {file for file, *_ in recipes.PLACES}:
                self.assertEqual((copy / file).read_text(), (ROOT / file).read_text(), file)


if __name__ == "__main__":
    unittest.main()
