"""Checks of the photo gallery's images and compose file without a container engine."""

import json
import pathlib
import re
import shutil
import tempfile
import urllib.parse

import yaml

import case

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "examples/image_gallery/deploy"
PROGRAMS = ("image_gallery", "image_of_the_day", "access_log")


class Containers(case.ServicesTest):
    """The Dockerfile and the compose file, compared with the tree."""

    DOCKERFILE = DEPLOY / "Dockerfile"
    COMPOSE = DEPLOY / "compose.yaml"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        lines = cls.DOCKERFILE.read_text().replace("\\\n", "").splitlines()
        cls.steps = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]
        cls.compose = yaml.safe_load(cls.COMPOSE.read_text())

    def stages(self):
        """Returns the steps of each stage by its name, less its FROM."""
        stages = {}
        for word, rest in self.steps:
            if word == "FROM":
                stages[rest.split(" AS ")[1]] = steps = []
            elif word != "ARG":
                steps.append((word, rest))
        return stages

    def sources(self, stage):
        """Returns the (source, destination) pairs that a stage copies from the tree."""
        copies = [rest.split() for word, rest in self.stages()[stage] if word == "COPY"]
        return [tuple(copy) for copy in copies if not copy[0].startswith("--from")]

    def packages(self, stage):
        """Returns the Debian packages that a stage installs."""
        (run,) = [rest for word, rest in self.stages()[stage] if word == "RUN" and "apt-get install" in rest]
        words = run.split("apt-get install")[1].split("&&")[0].split()
        return [word for word in words if not word.startswith("-")]

    def test_docker_compose_accepts_the_compose_file(self):
        self.run_quietly("docker-compose", "--file", self.COMPOSE, "config", "--quiet")

    def test_every_service_is_built_from_an_existing_stage(self):
        targets = {service["build"]["target"] for service in self.compose["services"].values()}
        self.assertEqual(targets, self.stages().keys() - {"build", "service"})
        for service in self.compose["services"].values():
            context = (DEPLOY / service["build"]["context"]).resolve()
            self.assertEqual((context, context / service["build"]["dockerfile"]), (ROOT, self.DOCKERFILE))

    def test_prometheus_finds_the_services_by_the_names_of_the_compose_file(self):
        jobs = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text())["scrape_configs"]
        static = [job["static_configs"][0]["targets"][0] for job in jobs if "static_configs" in job]
        (discovered,) = [job["dns_sd_configs"][0] for job in jobs if "dns_sd_configs" in job]
        services = self.compose["services"]
        hosts = [*services, *(host.split(":")[0] for host in services["prometheus"]["extra_hosts"])]
        self.assertLessEqual({target.split(":")[0] for target in static}, set(hosts))
        self.assertEqual(services["access-log"]["networks"]["default"]["aliases"], discovered["names"])

    def test_the_ports_of_the_machine_are_the_documents_and_what_runs_many_times_claims_none(self):
        ports = {name: service["ports"] for name, service in self.compose["services"].items()}
        wanted = {
            "image-gallery": ["127.0.0.1:8010:80"],
            "iotd": ["127.0.0.1:8011:80"],
            "access-log": ["127.0.0.1::80"],
            "prometheus": ["127.0.0.1:9090:9090"],
            "grafana": ["127.0.0.1:3000:3000"],
        }
        self.assertEqual(ports, wanted)

    def test_a_service_takes_its_command_line_and_answers_where_it_is_asked(self):
        jobs = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text())["scrape_configs"]
        paths = {job["job_name"]: job.get("metrics_path", "/metrics") for job in jobs}
        for stage, job in (("image-gallery", "image-gallery"), ("iotd", "iotd-api"), ("access-log", "access-log")):
            steps = dict(self.stages()["service"]) | dict(self.stages()[stage])
            program, *place = json.loads(steps["ENTRYPOINT"])
            options = [*place, *json.loads(steps.get("CMD", "[]"))]
            with self.subTest(stage):
                self.assertEqual(place, ["--address", "0.0.0.0", "--port", "80"])
                status, _, errors = self.run_program(case.binary(program), *options, "--help")
                self.assertEqual((status, errors), (0, ""))
                self.assertEqual(json.loads(steps["HEALTHCHECK"].split("CMD ")[1]), ["answers", "80", paths[job]])

    def test_the_page_finds_the_others_by_the_names_of_the_compose_file(self):
        names = {*self.compose["services"], *self.compose["services"]["access-log"]["networks"]["default"]["aliases"]}
        urls = [word for word in json.loads(dict(self.stages()["image-gallery"])["CMD"]) if not word.startswith("--")]
        self.assertEqual(len(urls), 2)
        self.assertLessEqual({urllib.parse.urlsplit(url).netloc for url in urls}, names)

    def test_everything_that_is_copied_is_there(self):
        copied = [source for stage in self.stages() for source, _ in self.sources(stage)]
        self.assertGreater(len(copied), 10)
        for source in copied:
            self.assertTrue((ROOT / source).exists(), source)

    def test_the_services_do_not_run_as_root_and_look_after_themselves(self):
        stages = self.stages()
        self.assertIn(("USER", "65532:65532"), stages["service"])
        self.assertIn("HEALTHCHECK", [word for word, _ in stages["service"]])

    def test_what_is_copied_can_be_configured(self):
        (configure,) = [rest for word, rest in self.stages()["build"] if word == "RUN" and "cmake -S" in rest]
        with tempfile.TemporaryDirectory() as folder:
            for source, destination in self.sources("build"):
                place = pathlib.Path(folder, destination.lstrip("/"))
                place.mkdir(parents=True, exist_ok=True)
                if (ROOT / source).is_dir():
                    shutil.copytree(ROOT / source, place, dirs_exist_ok=True)
                else:
                    shutil.copy(ROOT / source, place)
            command = configure.split("&&")[0].split()
            self.run_quietly(*(folder + word if word in ("/source", "/build") else word for word in command))
            targets = self.run_quietly("cmake", "--build", f"{folder}/build", "--target", "help")
        self.assertLessEqual(set(PROGRAMS), set(re.findall(r"^\.\.\. (\w+)$", targets, re.MULTILINE)))

    def test_what_the_build_needs_is_what_the_scripts_install(self):
        installed = (ROOT / "scripts/lib.sh").read_text().split()
        self.assertLessEqual(set(self.packages("build")), set(installed))

    def run_step(self, stage, word):
        """Runs the step of a stage that contains this word, on the programs of this build; returns its /build."""
        (step,) = [rest for kind, rest in self.stages()[stage] if kind == "RUN" and word in rest]
        folder = self.services.folder()
        (folder / "examples").symlink_to(case.binary(".").resolve())
        self.run_quietly("sh", "-c", step.replace("/build", str(folder)))
        return folder

    def test_the_image_of_a_service_has_the_packages_of_the_libraries_that_it_loads(self):
        named = set((self.run_step("build", "ldd ") / "packages").read_text().split())
        needed = "".join(self.run_quietly("ldd", case.binary(program)) for program in PROGRAMS)
        libraries = {pathlib.Path(library).resolve() for library in re.findall(r"=> (/\S+)", needed)}
        owners = self.run_quietly("dpkg-query", "-S", *(f"*/{file.parent.name}/{file.name}" for file in libraries))
        self.assertEqual({line.split(":")[0] for line in owners.splitlines()}, named)
        self.assertLessEqual({"libc6", "libstdc++6"}, named)

    def test_a_service_installs_these_packages_and_names_no_version(self):
        steps = self.stages()["service"]
        copies = [rest.split() for word, rest in steps if word == "COPY" and rest.startswith("--from=build")]
        ((_, source, target),) = copies
        (install,) = [rest for word, rest in steps if word == "RUN"]
        self.assertEqual(source, "/build/packages")
        self.assertIn(f"xargs apt-get install --yes --no-install-recommends <{target} &&", install)
        self.assertEqual(re.findall(r"\blib\S+\d\b", install), [])

    def test_a_service_is_asked_whether_it_answers_with_bash_alone(self):
        url = self.services.start_access_log(case.binary("."), "one")
        port = urllib.parse.urlsplit(url).port
        statuses = [self.run_program(DEPLOY / "answers", port, path)[0] for path in ("/metrics", "/nothing")]
        unreachable = self.run_program(DEPLOY / "answers", 1, "/metrics")[0]
        self.assertEqual((statuses, unreachable), ([0, 1], 1))


if __name__ == "__main__":
    case.main()
