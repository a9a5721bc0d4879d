#!/usr/bin/env python3
"""Converts prometheus.yml, which is for containers, to a configuration for one machine.

    render.py --access-log 127.0.0.11:8012 --access-log 127.0.0.12:8012 > /tmp/prometheus.yml
    render.py --access-log-dns accesslog:8012 --interval 1s > /tmp/prometheus.yml

The four jobs stay as they are, with other targets; `docker` is left out unless it gets one. For a Prometheus 3.8 or
later, which --server names, the configuration requests native histograms; older servers refuse that key and need
--enable-feature=native-histograms instead.
"""

import argparse
import json
import pathlib

import yaml

FOLDER = pathlib.Path(__file__).resolve().parent
RULES = (FOLDER / "rules/*.yml",)
NATIVE_KEY_SINCE = (3, 8)  # the version of Prometheus that knows the key scrape_native_histograms


def native_histograms(server):
    """Returns the global settings by which a server, (major, minor), requests native histograms."""
    return {"scrape_native_histograms": True} if server >= NATIVE_KEY_SINCE else {}


def version(text):
    """Returns (major, minor) of "3.9" or "3.9.1"."""
    major, minor = text.split(".")[:2]
    return int(major), int(minor)


def static(targets):
    """Returns the static configuration of a job with these targets, each host:port."""
    return {"static_configs": [{"targets": list(targets)}]}


def by_dns(place, refresh):
    """Returns the DNS discovery of name:port, refreshed at this interval."""
    name, _, port = place.rpartition(":")
    if not name or not port.isdigit():
        raise ValueError(f"'{place}': wanted is NAME:PORT")
    entry = {"names": [name], "type": "A", "port": int(port), "refresh_interval": refresh}
    return {"dns_sd_configs": [entry]}


def discovered(job):
    """Returns the job without its discovery."""
    return {key: value for key, value in job.items() if not key.endswith(("static_configs", "_sd_configs"))}


def local(places, interval="10s", access_log_interval=None, rules=RULES, server=(2, 42)):
    """Returns the configuration as a dictionary, which Prometheus, of the version `server`, takes as JSON.

    `places` says by the name of a job where its targets are, see static() and by_dns(); a job without is left out.
    """
    config = yaml.safe_load((FOLDER / "prometheus.yml").read_text())
    jobs = [discovered(job) | places[job["job_name"]] for job in config["scrape_configs"] if job["job_name"] in places]
    unknown = places.keys() - {job["job_name"] for job in jobs}
    if unknown:
        raise ValueError(f"prometheus.yml has no job {sorted(unknown)}")
    for job in jobs:
        if "scrape_interval" in job:
            job["scrape_interval"] = job["scrape_timeout"] = access_log_interval or interval
    settings = {"scrape_interval": interval, "scrape_timeout": interval, "evaluation_interval": interval}
    settings |= native_histograms(server)
    return {"global": settings, "rule_files": [str(rule) for rule in rules], "scrape_configs": jobs}


def main():
    """Reads the command line and prints the configuration."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--image-gallery", default="127.0.0.1:8010", metavar="HOST:PORT")
    parser.add_argument("--iotd-api", default="127.0.0.1:8011", metavar="HOST:PORT")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--access-log", action="append", metavar="HOST:PORT", help="once for each replica")
    where.add_argument("--access-log-dns", metavar="NAME:PORT", help="its addresses are the replicas")
    parser.add_argument("--docker", metavar="HOST:PORT", help="left out unless given")
    parser.add_argument("--interval", default="10s", help="of scrapes and rules (10s)")
    parser.add_argument("--access-log-interval", help="of scrapes of the access logs (as the others)")
    parser.add_argument("--dns-refresh", default="3s", help="how often the name is asked for (3s)")
    parser.add_argument("--server", default=(2, 42), type=version, help="version of Prometheus (2.42)")
    parser.add_argument("--rules", action="append", metavar="FILES", help="instead of the ones in rules/")
    options = parser.parse_args()

    places = {"image-gallery": static([options.image_gallery]), "iotd-api": static([options.iotd_api])}
    try:
        if options.access_log_dns:
            places["access-log"] = by_dns(options.access_log_dns, options.dns_refresh)
        else:
            places["access-log"] = static(options.access_log or ["127.0.0.1:8012"])
    except ValueError as error:
        parser.error(f"argument --access-log-dns: {error}")
    if options.docker:
        places["docker"] = static([options.docker])
    config = local(places, options.interval, options.access_log_interval, options.rules or RULES, options.server)
    print(json.dumps(config, indent=2))  # all JSON is YAML


if __name__ == "__main__":
    main()
