#!/usr/bin/env python3
"""Writes the dashboards: what each panel asks, here; what Grafana wants around it, in panels.py.

    dashboards.py FOLDER    writes image_gallery.json and narthex_service.json into it
"""

import json
import pathlib
import sys

from panels import Layout, bars, dashboard, graph, heat_map, stat, table, variable

WINDOW = "[$__rate_interval]"
JOB = 'job="$job", instance=~"$instance"'


def gallery():
    """The photo gallery: a row for each service, and one for the engine that runs them."""
    page, iotd, log, docker = (f'job="{name}"' for name in ("image-gallery", "iotd-api", "access-log", "docker"))

    def memory_and_threads(job):
        memory = graph("Memory", "bytes", (f"process_resident_memory_bytes{{{job}}}", "resident"))
        memory.ask(f"malloc_allocated_bytes{{{job}}}", "allocated")
        return [memory, graph("Threads", "short", (f"process_threads{{{job}}}", "{{instance}}"))]

    layout = Layout()
    layout.row(
        "Image Gallery",
        graph("Responses: code 200", "short", (f'image_gallery_requests_total{{{page}, code="200"}}', "{{method}}")),
        graph("Requests in flight", "short", (f"image_gallery_in_flight_requests{{{page}}}", "{{instance}}")),
        *memory_and_threads(page),
    )
    images = f'sum(rate(http_requests_total{{{iotd}, route="/image"}}{WINDOW}))'
    layout.row(
        "Image of the Day API",
        graph("Requests of /image", "reqps", (images, "requests")),
        graph("Loads from the source", "short", (f'iotd_api_image_load_total{{{iotd}, status="success"}}', "success")),
        graph("Loads from the cache", "short", (f'iotd_api_image_load_total{{{iotd}, status="cached"}}', "cached")),
        *memory_and_threads(iotd),
    )
    logs = graph("Logs by container", "short", (f"access_log_total{{{log}}}", "{{hostname}}"))
    logs.ask(f"sum(access_log_total{{{log}}}) without(hostname, instance)", "all")
    clients = f"sum(access_client_ip_current{{{log}}}) without(hostname, instance)"
    layout.row(
        "Access Log",
        logs,
        graph("Client addresses now", "short", (clients, "all")),
        graph("Memory by container", "bytes", (f"process_resident_memory_bytes{{{log}}}", "{{hostname}}")),
        graph("Open file descriptors", "short", (f"process_open_fds{{{log}}}", "{{hostname}}")),
    )
    states = f"sum by (state) (engine_daemon_container_states_containers{{{docker}}})"
    layout.row(
        "Docker",
        bars("Containers by state", (states, "{{state}}")),
        stat("Failed health checks", "short", f"engine_daemon_health_checks_failed_total{{{docker}}}"),
        table("Engine", f"engine_daemon_engine_info{{{docker}}}", ["version", "architecture", "os", "kernel"]),
        graph("Memory of the engine", "bytes", (f"process_resident_memory_bytes{{{docker}}}", "resident")),
        graph("Goroutines of the engine", "short", (f"go_goroutines{{{docker}}}", "goroutines")),
    )
    return dashboard("image-gallery", "Image gallery", layout)


def rate(name, labels="", by=""):
    """Returns the rate of a counter, summed over all but these labels."""
    return f"sum{f' by ({by}) ' if by else ''}(rate({name}{{{JOB}{labels}}}{WINDOW}))"


def now(name, by="instance"):
    """Returns the values of a gauge by instance."""
    return f"sum by ({by}) ({name}{{{JOB}}})"


def quantile(part):
    """Returns a quantile of the durations: of native buckets where there are some, of classic ones otherwise."""
    name = "${prefix}_request_duration_seconds"
    classic = rate(f"{name}_bucket", by="le")
    return f"histogram_quantile({part}, {rate(name)}) or histogram_quantile({part}, {classic})"


def mean_size(what):
    """Returns the mean size of requests or responses."""
    name = f"${{prefix}}_{what}_size_bytes"
    return f"{rate(f'{name}_sum')} / {rate(f'{name}_count')}"


REQUESTS = "${prefix}_requests_total"
FAILED = rate(REQUESTS, ', code=~"5.."')
ERROR_RATIO = f"{FAILED} / ({rate(REQUESTS)} > 0) or 0 * {rate(REQUESTS)}"


def service():
    """Any service with narthex::HttpMetrics and the library's collectors."""
    layout = Layout()
    layout.row(
        "At a glance",
        stat("Instances up", "short", f"sum(up{{{JOB}}})"),
        stat("Requests", "reqps", rate(REQUESTS)),
        stat("Failed (5xx)", "percentunit", ERROR_RATIO),
        stat("99th percentile", "s", quantile(0.99)),
        stat("Youngest instance", "s", f"time() - max(process_start_time_seconds{{{JOB}}})"),
        stat("Resident memory", "bytes", f"sum(process_resident_memory_bytes{{{JOB}}})"),
    )
    durations = graph("Duration", "s", (quantile(0.5), "half are faster"))
    durations.ask(quantile(0.9), "9 of 10 are faster")
    durations.ask(quantile(0.99), "99 of 100 are faster")
    sizes = graph("Mean size", "bytes", (mean_size("request"), "requests"))
    sizes.ask(mean_size("response"), "responses")
    layout.row(
        "Requests",
        graph("Requests by code", "reqps", (rate(REQUESTS, by="code"), "{{code}}")),
        graph("Requests by method and route", "reqps", (rate(REQUESTS, by="method, route"), "{{method}} {{route}}")),
        graph("Failed (5xx)", "percentunit", (ERROR_RATIO, "of all requests")),
        graph("In flight", "short", (now("${prefix}_in_flight_requests"), "{{instance}}")),
        durations,
        heat_map(
            "Durations, of native buckets",
            "s",
            rate("${prefix}_request_duration_seconds"),
            "Empty for a service whose duration has classic buckets only.",
        ),
        sizes,
    )
    files = graph("File descriptors", "short", (now("process_open_fds"), "{{instance}}"))
    files.ask(f"min(process_max_fds{{{JOB}}})", "allowed")
    layout.row(
        "Process",
        graph("CPU", "cores", (rate("process_cpu_seconds_total", by="instance"), "{{instance}}")),
        graph("Resident memory", "bytes", (now("process_resident_memory_bytes"), "{{instance}}")),
        graph("Threads", "short", (now("process_threads"), "{{instance}}")),
        files,
        graph("Page faults", "ops", (rate("process_page_faults_total", by="type"), "{{type}}")),
        graph("Context switches", "ops", (rate("process_context_switches_total", by="type"), "{{type}}")),
    )
    allocator = graph("Allocator", "bytes", (f"sum(malloc_system_bytes{{{JOB}}})", "from the system"))
    allocator.ask(f"sum(malloc_allocated_bytes{{{JOB}}})", "in use")
    allocator.ask(f"sum(malloc_free_bytes{{{JOB}}})", "free")
    allocator.ask(f"sum(malloc_releasable_bytes{{{JOB}}})", "could go back")
    layout.row(
        "Runtime",
        allocator,
        table("Built with", f"cpp_info{{{JOB}}}", None),
    )
    cpu = graph("CPU and its limit", "cores", (rate("cgroup_cpu_usage_seconds_total", by="instance"), "{{instance}}"))
    cpu.ask(f"max(cgroup_cpu_limit_cores{{{JOB}}})", "limit")
    memory = graph("Memory and its limit", "bytes", (now("cgroup_memory_current_bytes"), "{{instance}}"))
    memory.ask(f"max(cgroup_memory_limit_bytes{{{JOB}}})", "limit")
    throttled = rate("cgroup_cpu_throttled_periods_total", by="instance")
    throttled += f" / ({rate('cgroup_cpu_periods_total', by='instance')} > 0) or 0 * {now('cgroup_cpu_periods_total')}"
    waited = rate("cgroup_pressure_waiting_seconds_total", by="instance, resource")
    stalled = rate("cgroup_pressure_stalled_seconds_total", by="instance, resource")
    layout.row(
        "Container",
        cpu,
        graph("Throttled, of all periods", "percentunit", (throttled, "{{instance}}")),
        memory,
        graph("Memory events", "ops", (rate("cgroup_memory_events_total", by="event"), "{{event}}")),
        graph("Pressure: some waited", "percentunit", (waited, "{{resource}} {{instance}}")),
        graph("Pressure: all waited", "percentunit", (stalled, "{{resource}} {{instance}}")),
    )
    problems = graph("Mistakes", "ops", (rate("narthex_rejected_updates_total"), "updates rejected"))
    problems.ask(rate("narthex_replaced_bytes_total"), "bytes replaced")
    problems.ask(rate("narthex_exemplars_refused_total"), "exemplars refused")
    problems.ask(rate("narthex_name_clashes_total"), "names clashed")
    problems.ask(rate("narthex_collector_errors_total"), "collector errors")
    problems.ask(f"{rate('narthex_series_overflowed_total')} or 0 * sum(up{{{JOB}}})", "series overflowed")
    collectors = f"max by (collector) (narthex_collector_duration_seconds{{{JOB}}})"
    layout.row(
        "Scrapes",
        graph("Duration of a scrape", "s", (f"scrape_duration_seconds{{{JOB}}}", "{{instance}}")),
        graph("Samples of a scrape", "short", (f"scrape_samples_scraped{{{JOB}}}", "{{instance}}")),
        graph("Duration of the collectors", "s", (collectors, "{{collector}}")),
        problems,
    )
    return dashboard(
        "narthex-service",
        "narthex service",
        layout,
        variable("job", "label_values(narthex_scrapes_total, job)"),
        variable(
            "prefix",
            'label_values({__name__=~".+_in_flight_requests", job="$job"}, __name__)',
            regex="/(.+)_in_flight_requests/",
            label="prefix of HttpMetrics",
        ),
        variable("instance", 'label_values(up{job="$job"}, instance)', many=True),
    )


def main():
    """Writes the files into the folder that the command line names."""
    folder = pathlib.Path(sys.argv[1])
    for name, made in (("image_gallery", gallery()), ("narthex_service", service())):
        (folder / f"{name}.json").write_text(json.dumps(made, indent=2) + "\n")


if __name__ == "__main__":
    main()
