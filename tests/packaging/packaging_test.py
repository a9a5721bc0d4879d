"""The recipes in packaging/ and the changelog have the version of version.h, and the recipes agree with each other."""

import ast
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

    def test_the_recipes_set_only_options_of_narthex_and_of_cmake(self):
        cmake = "\n".join(file.read_text() for file in [ROOT / "CMakeLists.txt", *(ROOT / "cmake").glob("*.cmake")])
        options = set(re.findall(r"option\((NARTHEX_\w+)", cmake))
        packages = set(re.findall(r"(?:find_package\(|narthex_package\()(\w[\w-]*)", cmake))
        packages |= {file.stem.removeprefix("Find") for file in (ROOT / "cmake").glob("Find*.cmake")}
        used = 0
        for recipe in ("vcpkg/narthex/portfile.cmake", "conan/conanfile.py", "xmake/packages/n/narthex/xmake.lua"):
            text = (ROOT / "packaging" / recipe).read_text().replace("{part}", "TESTS")
            for option in re.findall(r"\b(NARTHEX_[A-Z_]+)\b(?!\")", text.replace("NARTHEX_SHARED", "")):
                used += 1
                self.assertIn(option, options, recipe)
            hidden = re.findall(r"CMAKE_DISABLE_FIND_PACKAGE_(\w+)|disable\(\"(\w+)\"", text)
            for package in filter(None, (name for names in hidden for name in names)):
                used += 1
                self.assertIn(package, packages, recipe)
        self.assertGreaterEqual(used, 10)

    def test_the_features_of_the_portfile_are_those_of_the_vcpkg_manifest(self):
        manifest = json.loads((ROOT / "packaging/vcpkg/narthex/vcpkg.json").read_text())
        features = set(manifest["features"])
        portfile = (ROOT / "packaging/vcpkg/narthex/portfile.cmake").read_text()
        used = set(re.findall(r"^        ([a-z-]+) \w+$", portfile, re.MULTILINE))
        self.assertGreater(len(used), 3)
        self.assertLessEqual(used, features)
        defaults = {item if isinstance(item, str) else item["name"] for item in manifest["default-features"]}
        self.assertLessEqual(defaults, features)

    def test_the_conan_recipes_are_valid_python(self):
        for recipe in ("conanfile.py", "test_package/conanfile.py"):
            ast.parse((ROOT / "packaging/conan" / recipe).read_text())

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
