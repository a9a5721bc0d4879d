"""Starts a Docker engine, builds the images of the photo gallery, runs the compose file, and checks it.

scripts/test-containers calls it in a mount namespace and a PID namespace of its own. Prints a line for each check.
"""

import argparse
import os
import signal
import sys
import time

import engine
import images
import system
from engine import docker
from system import fail, gallery, harness, wait_until

REFRESH_SECONDS = 3  # refresh_interval of the job access-log in prometheus.yml
# Prometheus passes new targets on in two steps of 5 s: from the discovery to the scrapers, and to the scrapes.
STEPS_SECONDS = 2 * 5
NOTICE_SECONDS = 2 * REFRESH_SECONDS + STEPS_SECONDS
ALL_LOGS = "sum(max_over_time(access_log_total[1h]))"  # of the replicas that are gone, too
USER = "65532"


class Checks:
    """The checks in their order: later ones need what earlier ones have counted."""

    def __init__(self, compose):
        self._compose = compose
        self._seen = 0  # visits that were answered with 200

    def scale(self, count):
        """Runs this many replicas of the access log."""
        options = ["--detach", "--no-build", "--no-recreate", "--scale", f"access-log={count}"]
        self._compose.run("up", *options, *images.SERVICES)
        if len(system.replicas()) != count:
            fail(f"{len(system.replicas())} replicas of the access log run, not {count}")

    def scale_and_time(self, count):
        """Runs this many replicas; returns the seconds in which Prometheus noticed, from the change of DNS."""
        begin = time.time()
        self.scale(count)
        changed = system.last_change_of_network(begin)
        wanted = set(system.replicas())
        wait_until(f"{count} replicas are discovered", lambda: system.active_targets() == wanted, NOTICE_SECONDS)
        taken = time.time() - changed
        return taken if taken <= NOTICE_SECONDS else fail(f"{count} replicas: discovered after {taken:.1f} s")

    def wait_for_logs(self):
        """Waits until the documents' query equals the counts of the running replicas."""
        counts = system.stats()
        system.wait_for_sum(sum(counts.values()))
        return counts

    def health(self):
        """All containers become healthy; Prometheus, whose image has no health check, is ready."""
        begin = time.monotonic()
        services = [name for name in images.SERVICES if name != "prometheus"]
        containers = [identifier for name in services for identifier in system.identify(name)]

        def states():
            return [system.inspect(identifier)["State"]["Health"]["Status"] for identifier in containers]

        wait_until("healthy containers", lambda: set(states()) == {"healthy"}, 60)
        ready = f"{system.PROMETHEUS.url}/-/ready"
        harness.wait_for("Prometheus is ready", lambda: harness.request(ready).status, 200)
        if len(containers) != 5:
            fail(f"{len(containers)} containers of services run, not 5")
        return f"{len(containers)} containers healthy and Prometheus ready after {time.monotonic() - begin:.1f} s"

    def targets(self):
        """All targets of the four jobs are up."""
        wanted = {"image-gallery": 1, "iotd-api": 1, "access-log": 3, "docker": 1}

        def up():
            return {job: int(count) for job, count in system.PROMETHEUS.values("sum by (job) (up)", by="job").items()}

        harness.wait_for("targets that are up", up, wanted)
        return f"{', '.join(f'{job} {count}' for job, count in wanted.items())} up"

    def documents_query(self):
        """The documents' query equals the posts to the access logs, which are the visits without a failure."""
        visits = system.visit(20)
        self._seen += visits.seen
        if system.posts() != {"success": visits.seen, "refused": 0, "unreachable": 0}:
            fail(f"{visits.seen} visits were shown, but the page posted {system.posts()}")
        system.wait_for_sum(visits.seen)
        counts = system.stats()
        if sum(counts.values()) != visits.seen or max(counts.values()) - min(counts.values()) > 1:
            fail(f"{visits.seen} visits are counted as {counts}")
        spread = "+".join(str(count) for count in counts.values())
        return (
            f"20 visits, {visits.failed} failed on purpose; {gallery.SUM} = {visits.seen} = {spread} logs of 3 replicas"
        )

    def engine_queries(self):
        """Every query of the dashboards about the engine has results. The other tests have no engine."""
        import expressions  # pylint: disable=import-outside-toplevel

        def asked():
            answers = [a for a in expressions.ask(system.PROMETHEUS) if 'job="docker"' in a.expression]
            return answers if answers and all(all(a.results.values()) for a in answers) else None

        answers, _ = wait_until("queries about the engine", asked, 30)
        version = system.PROMETHEUS.query("engine_daemon_engine_info")[0][0]["version"]
        running = system.value('sum(engine_daemon_container_states_containers{state="running"})')
        return f"{len(answers)} queries of the dashboards have results; version {version}, {running:.0f} containers run"

    def limits(self):
        """The limits that narthex reads from the control group are those of the compose file."""
        shown = []
        for name, (cores, limit) in images.LIMITS.items():
            job = {"iotd": "iotd-api"}.get(name, name)
            for metric, wanted in (("cgroup_cpu_limit_cores", cores), ("cgroup_memory_limit_bytes", limit)):
                values = [value for _, value in system.PROMETHEUS.query(f'{metric}{{job="{job}"}}')]
                if values != len(system.identify(name)) * [wanted]:
                    fail(f"{metric} of {name}: {values}, set was {wanted}")
            used = system.value(f'max(cgroup_memory_current_bytes{{job="{job}"}})')
            if not 0 < used <= limit:
                fail(f"cgroup_memory_current_bytes of {name}: {used}, the limit is {limit}")
            shown.append(f"{name} {cores} cores, {limit >> 20} MiB, at most {used / 2**20:.1f} MiB used")
        return f"{'; '.join(shown)}; control groups version {engine.Engine.info()[2]}"

    def confinement(self):
        """The services run without root, without capabilities, on a root file system that root cannot write."""
        for name in ("image-gallery", "iotd", "access-log"):
            for identifier in system.identify(name):
                user = docker("exec", identifier, "id", "-u")
                status = docker("exec", identifier, "grep", "-E", "^(CapEff|NoNewPrivs|Uid)", "/proc/1/status").split()
                wanted = ["Uid:", *4 * [USER], "CapEff:", 16 * "0", "NoNewPrivs:", "1"]
                if user != USER or status != wanted:
                    fail(f"{name} runs as {user}: {status}")
                try:
                    docker("exec", "--user", "0", identifier, "touch", "/usr/local/share/written")
                    fail(f"root can write to the file system of {name}")
                except engine.EngineError as error:
                    if "Read-only file system" not in str(error):
                        raise
        return f"user {USER}, no capabilities, and no write to the root file system in 5 containers"

    def more_replicas(self):
        """Two more replicas are discovered, under load, and no log is lost."""
        with system.Load() as load:
            taken = self.scale_and_time(5)
            more = set(system.replicas())
            wait_until("logs of all replicas", lambda: all(system.stats().values()), 30)
        self._seen += load.seen
        counts = self.wait_for_logs()
        if sum(counts.values()) != self._seen or set(counts) != more:
            fail(f"{self._seen} visits were shown, but the replicas counted {counts}")
        return f"3 to 5 noticed {taken:.1f} s after DNS changed; {load.seen} visits meanwhile, sum = {self._seen}"

    def fewer_replicas(self):
        """Three replicas leave. The sum over time has their logs, too."""
        before = system.stats()
        taken = self.scale_and_time(2)
        left = self.wait_for_logs()
        system.wait_for_value(ALL_LOGS, self._seen)
        gone = sum(count for instance, count in before.items() if instance not in left)
        return (
            f"5 to 2 noticed {taken:.1f} s after DNS changed; {ALL_LOGS} = {self._seen}, {gone} of them of replicas "
            f"that are gone; {gallery.SUM} = {sum(left.values())}"
        )

    def fewer_replicas_under_load(self):
        """Replicas that end while they are called lose no log: the page gets a 201 for every visit that it shows."""
        self.scale(5)
        with system.Load() as load:
            wait_until("logs of all replicas", lambda: all(system.stats().values()), 30)
            self.scale(2)
            visits = load.seen + load.failed + 40
            wait_until("visits after the change", lambda: load.seen + load.failed >= visits, 30)
        self._seen += load.seen
        posted = system.posts()
        if posted != {"success": self._seen, "refused": 0, "unreachable": 0}:
            fail(f"{self._seen} visits were shown, but the page posted {posted}")
        self.wait_for_logs()
        scraped = system.value(ALL_LOGS)
        return (
            f"5 to 2 during {load.seen} visits: {self._seen} visits shown, {posted['success']} logs answered with 201; "
            f"{self._seen - scraped:.0f} of them after the last scrape of a replica that is gone"
        )

    def restart(self):
        """A replica whose process is killed comes back and is scraped again."""
        victim = system.identify("access-log")[0]
        killed = time.time()
        with system.Load() as load:
            os.kill(system.inspect(victim)["State"]["Pid"], signal.SIGKILL)

            def is_back():
                state = system.inspect(victim)
                return state["RestartCount"] == 1 and state["State"]["Health"]["Status"] == "healthy"

            _, taken = wait_until("the killed replica is healthy again", is_back, 60)
            wait_until("logs of the restarted replica", lambda: all(system.stats().values()), 30)
        self.wait_for_logs()
        # Some versions of Docker give a restarted container a new address, which is a new instance in Prometheus.
        series = f'{{job="access-log", instance="{system.address(victim)}:80"}}'
        system.wait_for_value(f"up{series}", 1)
        started = f"process_start_time_seconds{series}"
        wait_until(f"{started} is that of the restart", lambda: (system.value(started) or 0) > killed - 1, 30)
        lost = load.seen + self._seen - system.posts()["success"]
        if not 0 <= lost <= 1:
            fail(f"{lost} logs got no answer from a replica that was killed")
        return f"healthy again after {taken:.1f} s and scraped; {lost} of {load.seen} visits meanwhile not logged"

    def all(self):
        """Runs the checks."""
        checks = [self.health, self.targets, self.documents_query, self.engine_queries, self.limits, self.confinement]
        checks += [self.more_replicas, self.fewer_replicas, self.fewer_replicas_under_load, self.restart]
        for check in checks:
            show(check.__name__.replace("_", " "), check())


def show(name, figures):
    """Prints the line of a check."""
    print(f"ok     {name}: {figures}")


def build_images(compose, arguments):
    """Builds all images, in the network of the machine."""
    begin = time.monotonic()
    debian = compose.make_base(arguments.work, arguments.debian, arguments.base)
    show("base image", f"Debian {debian} in {time.monotonic() - begin:.0f} s")
    begin = time.monotonic()
    prometheus = compose.choose_prometheus()
    compose.write_override()
    compose.build()
    show("build", f"{time.monotonic() - begin:.0f} s; Prometheus: {prometheus}")


def check_limits_alone(own, compose):
    """Runs only the services that have limits, without Prometheus, and compares what they serve themselves."""
    engine.enter_own_network()
    own.start()
    compose.run("up", "--detach", "--no-build", "--no-deps", *images.LIMITS)
    shown = []
    for name, limits in images.LIMITS.items():
        (container,) = system.identify(name)
        text, _ = wait_until(f"metrics of {name}", lambda container=container: system.metrics(container), 120)
        served = tuple(system.sample(text, f"cgroup_{metric}") for metric in ("cpu_limit_cores", "memory_limit_bytes"))
        if served != limits:
            fail(f"{name} serves the limits {served}, set were {limits}")
        used = system.sample(text, "cgroup_memory_current_bytes")
        if not 0 < used <= limits[1]:
            fail(f"cgroup_memory_current_bytes of {name}: {used}, the limit is {limits[1]}")
        shown.append(f"{name} {served[0]} cores, {limits[1] >> 20} MiB, {used / 2**20:.1f} MiB used")
    show("limits", f"{'; '.join(shown)}; control groups version {own.info()[2]}")
    compose.run("down", "--volumes")
    own.stop()


def provide_images(own, compose, arguments):
    """Builds the images, or loads those of an earlier run."""
    own.start(*own.WITHOUT_NETWORK)
    version, driver, control_groups = own.info()
    show("engine", f"Docker {version}, storage driver {driver}, control groups version {control_groups}")
    if arguments.images and os.path.exists(arguments.images):
        images.load(arguments.images)
        compose.write_override()
    else:
        build_images(compose, arguments)
        if arguments.images:
            images.save(arguments.images)
    shown = images.LIMITS if arguments.only_limits else images.SERVICES
    show("images", ", ".join(f"{name} {images.size(name):.0f} MB" for name in shown))
    own.stop()


def run_gallery(own, compose):
    """Runs the compose file in a network namespace, and the checks."""
    engine.enter_own_network()
    own.start(f"--metrics-addr={engine.METRICS_ADDRESS}")
    checks = Checks(compose)
    checks.scale(3)
    try:
        checks.all()
    except (AssertionError, engine.EngineError, harness.HarnessError, OSError):
        print(system.logs(), file=sys.stderr)
        raise
    compose.run("down", "--volumes")
    own.stop()


def main():
    """Reads the command line, and runs everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", required=True, help="folder for all files")
    parser.add_argument("--group", required=True, help="control group of all containers")
    parser.add_argument("--debian", type=int, required=True, help="release of Debian of the images")
    parser.add_argument("--base", help="tar of a minimal Debian")
    parser.add_argument("--images", help="tar of the images, which is created if it does not exist")
    parser.add_argument("--only-limits", action="store_true", help="check only the limits of the containers")
    parser.add_argument("--minutes", type=int, required=True, help="the test fails after this time")
    arguments = parser.parse_args()

    def out_of_time(*_):
        raise engine.EngineError(f"the test is not complete after {arguments.minutes} min")

    signal.signal(signal.SIGALRM, out_of_time)
    signal.alarm(60 * arguments.minutes)
    own = engine.Engine(arguments.work, arguments.group)
    compose = images.Compose(arguments.work, arguments.debian)
    try:
        engine.hide_run()
        provide_images(own, compose, arguments)
        (check_limits_alone if arguments.only_limits else run_gallery)(own, compose)
    except (AssertionError, engine.EngineError, harness.HarnessError, OSError) as error:
        sys.exit(f"FAILED {error}\n--- dockerd wrote:\n{engine.last_lines(own.log(), 20)}")


if __name__ == "__main__":
    main()
