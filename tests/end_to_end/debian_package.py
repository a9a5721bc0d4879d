"""Unpacks packages of a Debian release that is not the installed one, without installing them."""

import pathlib
import subprocess

MIRROR = "http://deb.debian.org/debian"


def unpacked(package, suite, folder):
    """Downloads a package and unpacks it in a folder, unless it is there; returns the folder of its files."""
    folder = pathlib.Path(folder, f"{package}_{suite}").absolute()
    files = folder / "files"
    if files.exists():
        return files
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "sources.list").write_text(f"deb {MIRROR} {suite} main\n")
    options = {
        "Dir::Etc::sourcelist": folder / "sources.list",
        "Dir::Etc::sourceparts": "-",
        "Dir::State::lists": folder / "lists",
        "Dir::Cache": folder / "cache",
        "Dir::State::status": "/dev/null",
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
        "Acquire::Retries": 3,
    }
    words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    for command in (["update"], ["download", package]):
        subprocess.run(["apt-get", *words, "-qq", *command], cwd=folder, check=True, timeout=600)
    (archive,) = folder.glob("*.deb")
    subprocess.run(["dpkg", "-x", archive, folder / "unpacking"], check=True, timeout=300)
    (folder / "unpacking").rename(files)
    return files
