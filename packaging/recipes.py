"""Writes the version, the address, and the hashes of a release into the recipes, or checks them.

    recipes.py version VERSION               writes the version; the hashes stay those of the last archive
    recipes.py write VERSION SHA256 SHA512   writes release.json and the recipes
    recipes.py check VERSION SHA256 SHA512   fails if release.json or a recipe differs
"""

import base64
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
RELEASE = "packaging/release.json"

# A file, the text before the value, which value it is, and the text after it.
PLACES = [
    (RELEASE, '"version": "', "version", '"'),
    (RELEASE, '"sha256": "', "sha256", '"'),
    (RELEASE, '"sha512": "', "sha512", '"'),
    ("packaging/vcpkg/narthex/vcpkg.json", '"version": "', "version", '"'),
    ("packaging/vcpkg/narthex/portfile.cmake", 'URLS "', "url", '"'),
    ("packaging/vcpkg/narthex/portfile.cmake", 'FILENAME "', "file", '"'),
    ("packaging/vcpkg/narthex/portfile.cmake", "SHA512 ", "sha512", "\n"),
    ("packaging/conan/conandata.yml", 'sources:\n  "', "version", '"'),
    ("packaging/conan/conandata.yml", 'url: "', "url", '"'),
    ("packaging/conan/conandata.yml", 'sha256: "', "sha256", '"'),
    ("packaging/bazel/MODULE.bazel", 'name = "narthex",\n    version = "', "version", '"'),
    ("packaging/bazel/source.json", '"url": "', "url", '"'),
    ("packaging/bazel/source.json", '"integrity": "', "integrity", '"'),
    ("packaging/bazel/source.json", '"strip_prefix": "', "folder", '"'),
    ("packaging/xmake/packages/n/narthex/xmake.lua", 'add_versions("', "version", '"'),
    ("packaging/xmake/packages/n/narthex/xmake.lua", 'local sha256 = "', "sha256", '"'),
    ("packaging/xmake/packages/n/narthex/xmake.lua", 'add_urls("', "url", '"'),
    ("packaging/meson/narthex.wrap", "directory = ", "folder", "\n"),
    ("packaging/meson/narthex.wrap", "source_url = ", "url", "\n"),
    ("packaging/meson/narthex.wrap", "source_filename = ", "file", "\n"),
    ("packaging/meson/narthex.wrap", "source_hash = ", "sha256", "\n"),
    ("packaging/bazel/README.md", 'bazel_dep(name = "narthex", version = "', "version", '"'),
    ("tests/packaging/bazel/MODULE.bazel", 'bazel_dep(name = "narthex", version = "', "version", '"'),
    ("tests/consumer/find_package/CMakeLists.txt", "find_package(narthex ", "minor", " REQUIRED"),
    ("tests/consumer/smallest/CMakeLists.txt", "find_package(narthex ", "minor", " REQUIRED"),
]


def values(version, sha256, sha512, root=ROOT):
    """Returns what the places must contain."""
    url = json.loads((root / RELEASE).read_text())["url"].replace("{version}", version)
    return {
        "version": version,
        "minor": version.rpartition(".")[0],
        "url": url,
        "file": url.rpartition("/")[2],
        "folder": f"narthex-{version}",
        "sha256": sha256,
        "sha512": sha512,
        "integrity": "sha256-" + base64.b64encode(bytes.fromhex(sha256)).decode(),
    }


def find(text, file, before, after):
    """Returns the match of the value between two texts, which must exist once."""
    found = list(re.finditer(f"(?<={re.escape(before)})[^\n]*?(?={re.escape(after)})", text))
    if len(found) != 1:
        raise SystemExit(f"{file}: found {len(found)} values between {before!r} and {after!r}; expected 1")
    return found[0]


def problems(expected, root=ROOT):
    """Returns one line for each place that contains another value."""
    found = []
    for file, before, name, after in PLACES:
        match = find((root / file).read_text(), file, before, after)
        if match[0] != expected[name]:
            found.append(
                f"{file}: the {name} is '{match[0]}', expected '{expected[name]}'; run scripts/release --write"
            )
    return found


def write(expected, root=ROOT):
    for file, before, name, after in PLACES:
        text = (root / file).read_text()
        match = find(text, file, before, after)
        (root / file).write_text(text[: match.start()] + expected[name] + text[match.end() :])


def main():
    command, *arguments = sys.argv[1:] or [""]
    if (command, len(arguments)) not in (("version", 1), ("write", 3), ("check", 3)):
        raise SystemExit(__doc__)
    if command == "version":
        release = json.loads((ROOT / RELEASE).read_text())
        arguments += [release["sha256"], release["sha512"]]
    expected = values(*arguments)
    if command != "check":
        write(expected)
    elif found := problems(expected):
        raise SystemExit("\n".join(found))


if __name__ == "__main__":
    main()
