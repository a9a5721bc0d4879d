"""The images of the photo gallery: the base image of a release of Debian, and the ones that the compose file builds."""

import json
import os
import pathlib
import re

from engine import SOCKET, EngineError, docker, run

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "examples/image_gallery/deploy"
MIRROR = os.environ.get("NARTHEX_MIRROR", "http://deb.debian.org/debian")
SUITES = {12: "bookworm", 13: "trixie"}
SERVICES = ("image-gallery", "iotd", "access-log", "prometheus")
DEBIAN_PROMETHEUS = "narthex-containers/debian-prometheus"
# The versions of docker-compose have different names for an image without one.
NAMES = {name: f"narthex-containers/{name}" for name in SERVICES}
# What the compose file has no limit for, as users set it: cores and bytes.
LIMITS = {"iotd": (0.5, 96 << 20), "access-log": (0.25, 64 << 20)}


class Compose:
    """docker-compose with the compose file and an override: arguments of the build, limits of containers."""

    def __init__(self, folder, release):
        self._override = pathlib.Path(folder, "override.json")
        self._debian = f"debian:{release}-slim"
        self._prometheus = None

    def run(self, *arguments, **options):
        """Runs a command of docker-compose; returns its stdout."""
        files = ["--file", DEPLOY / "compose.yaml", "--file", self._override]
        environment = os.environ | {"DOCKER_HOST": SOCKET, "COMPOSE_HTTP_TIMEOUT": "600"}
        return run("docker-compose", "--project-name", "gallery", *files, *arguments, env=environment, **options)

    def write_override(self):
        """Writes the file that changes what differs from a user's machine."""
        proxies = {name: os.environ[name] for name in ("http_proxy", "https_proxy", "no_proxy") if name in os.environ}
        arguments = {"DEBIAN": self._debian, **proxies}
        if self._prometheus:
            arguments["PROMETHEUS"] = self._prometheus
        build = {"network": "host", "args": arguments}
        services = {name: {"image": image, "build": build} for name, image in NAMES.items()}
        for name, (cores, limit) in LIMITS.items():
            services[name] = services[name] | {"cpus": cores, "mem_limit": limit}
        self._override.write_text(json.dumps({"services": services}, indent=2))

    def make_base(self, folder, release, tar):
        """Creates the base image from a tar of a root file system, or with debootstrap."""
        if not tar:
            target = pathlib.Path(folder, "debian")
            run("debootstrap", "--variant=minbase", SUITES[release], target, MIRROR)
            tar = pathlib.Path(folder, "debian.tar")
            run("tar", "--create", "--file", tar, "--directory", target, "--exclude=./dev/*", ".")
        docker("import", tar, self._debian)
        return docker("run", "--rm", "--network=none", self._debian, "cat", "/etc/debian_version")

    def choose_prometheus(self):
        """Pulls the image of the Dockerfile, or builds one from Debian's package; returns its name."""
        (official,) = re.findall(r"^ARG PROMETHEUS=(\S+)$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
        try:
            docker("pull", "--quiet", official, timeout=120)
            return official
        except EngineError:
            pass  # a machine without access to Docker Hub
        here = pathlib.Path(__file__).parent
        options = ["--network=host", "--build-arg", f"DEBIAN={self._debian}", "--tag", DEBIAN_PROMETHEUS]
        docker("build", *options, "--file", here / "prometheus.Dockerfile", here, timeout=None)
        self._prometheus = DEBIAN_PROMETHEUS
        return f"Debian's package ({official} cannot be pulled)"

    def build(self):
        """Builds the images of the compose file."""
        self.run("build", *SERVICES, timeout=None)


def size(service):
    """Returns the size of the image of a service in MB."""
    return int(docker("image", "inspect", "--format", "{{.Size}}", NAMES[service])) / 1e6


def load(tar):
    """Loads the images from a file."""
    docker("load", "--input", tar, timeout=None)


def save(tar):
    """Saves the images to a file, completely or not at all."""
    unfinished = pathlib.Path(f"{tar}.unfinished")
    docker("save", "--output", unfinished, *NAMES.values(), timeout=None)
    unfinished.rename(tar)
