"""The whole image gallery: its three services, and a Prometheus with the configuration of examples/."""

import collections
import pathlib
import sys
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "examples/image_gallery/deploy/prometheus"))

import harness
import render  # pylint: disable=wrong-import-position

FEATURES = ["native-histograms", "exemplar-storage"]
LOGS = "access_log_total"
SUM = f"sum({LOGS}) without(hostname, instance)"
REPLICAS = {f"access-log-{number}": f"127.0.0.{10 + number}" for number in (1, 2, 3)}
DNS_NAME = "accesslog"

Ports = collections.namedtuple("Ports", "page image logs")
PORTS = Ports(page=8010, image=8011, logs=8012)


def place(url):
    """Returns host:port."""
    return urllib.parse.urlsplit(url).netloc


class Gallery:
    """The page, the API, and three access logs with one port and different addresses.

    Prometheus does not scrape the access logs in `pushing`, which start_pushing() starts. They push their metrics.
    """

    def __init__(self, services, bin_dir, ports=PORTS, pushing=()):
        self._services = services
        self._bin_dir = pathlib.Path(bin_dir)
        self._ports = ports
        self.pushing = pushing
        self.logs = {hostname: self.start_log(hostname) for hostname in REPLICAS if hostname not in pushing}
        self.image = None
        self.page = None

    def start_log(self, hostname, *options):
        """Starts one of the access logs."""
        options = ["--address", REPLICAS[hostname], "--port", self._ports.logs, "--hostname", hostname, *options]
        return self._services.start_service(self._bin_dir / "access_log", *options, name=hostname)

    def start_pushing(self, prometheus):
        """Starts the access logs that push to a Prometheus."""
        for hostname in self.pushing:
            self.logs[hostname] = self.start_log(hostname, "--push", f"{prometheus.url}/api/v1/write")

    def start_image(self, *options):
        """Starts the API."""
        options = ["--port", self._ports.image, *options]
        self.image = self._services.start_service(self._bin_dir / "image_of_the_day", *options)

    def start_page(self, log_urls, *options, wrapper=()):
        """Starts the page, which posts its visits to these URLs."""
        options = ["--port", self._ports.page, "--image-url", self.image.url, *options]
        options += [word for url in log_urls for word in ("--access-log-url", url)]
        executable = self._bin_dir / "image_gallery"
        self.page = self._services.start_service(executable, *options, wrapper=wrapper)

    def log_urls(self):
        """Returns the URLs of the access logs that have started, for use without DNS."""
        return [log.url for log in self.logs.values()]

    def all_log_urls(self):
        """Returns the URLs of all access logs. The port must be known before their start."""
        return [f"http://{address}:{self._ports.logs}" for address in REPLICAS.values()]

    def start_prometheus(self, port=0, dns=None):
        """Starts a Prometheus that finds the access logs by DNS, or by static configuration without DNS."""
        if dns:
            logs = render.by_dns(f"{DNS_NAME}:{self._ports.logs}", "1s")
        else:
            logs = render.static(place(url) for url in self.log_urls())
        places = {
            "image-gallery": render.static([place(self.page.url)]),
            "iotd-api": render.static([place(self.image.url)]),
            "access-log": logs,
        }
        config = render.local(places, interval="1s", server=harness.prometheus_version())
        wrapper = dns.inside() if dns else ()
        options = ["--web.enable-remote-write-receiver"] if self.pushing else []
        return self._services.start_configured_prometheus(config, port, FEATURES, wrapper, options)
