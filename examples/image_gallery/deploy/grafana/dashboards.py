#!/usr/bin/env python3
"""Writes the dashboards. The queries are here, the JSON around them is in panels.py.

    dashboards.py FOLDER    writes image_gallery.json and narthex_service.json into it
"""

import json
import pathlib
import sys

from panels import Layout, bars, dashboard, graph, heat_map, stat, table, variable

WINDOW = "[$__rate_interval]"
PAGE, IOTD, LOG, DOCKER = (f'job="{name}"' for name in ("image-gallery", "iotd-api", "access-log", "docker"))
JOB = 'job="$job", instance=~"$instance"'


# The photo gallery.


def memory_and_threads(job):
    """Returns the panels that the page and the API share."""
    memory = graph("Memory", "bytes", (f"process_resident_memory_bytes{{{job}}}", "resident"))
    memory.ask(f"malloc_allocated_bytes{{{job}}}", "allocated")
    return [memory, graph("Threads", "short", (f"process_threads{{{job}}}", "{{instance}}"))]


def page_and_api(layout):
    """Adds the rows of the page and of the API."""
    layout.heading("Image Gallery")
    layout.line(
        graph("Responses: code 200", "short", (f'image_gallery_requests_total{{{PAGE}, code="200"}}', "{{method}}")),
        graph("Requests in flight", "short", (f"image_gallery_in_flight_requests{{{PAGE}}}", "{{instance}}")),
        *memory_and_threads(PAGE),
    )
    images = f'sum(rate(http_requests_total{{{IOTD}, route="/image"}}{WINDOW}))'
    layout.heading("Image of the Day API")
    layout.line(
        graph("Requests of /image", "reqps", (images, "requests")),
        graph("Loads from the source", "short", (f'iotd_api_image_load_total{{{IOTD}, status="success"}}', "success")),
        graph("Loads from the cache", "short", (f'iotd_api_image_load_total{{{IOTD}, status="cached"}}', "cached")),
        *memory_and_threads(IOTD),
    )


def access_log(layout):
    """Adds the row of the access logs."""
    logs = graph("Logs by container", "short", (f"access_log_total{{{LOG}}}", "{{hostname}}"))
    logs.ask(f"sum(access_log_total{{{LOG}}}) without(hostname, instance)", "all")
    clients = f"sum(access_client_ip_current{{{LOG}}}) without(hostname, instance)"
    layout.heading("Access Log")
    layout.line(
        logs,
        graph("Client addresses now", "short", (clients, "all")),
        graph("Memory by container", "bytes", (f"process_resident_memory_bytes{{{LOG}}}", "{{hostname}}")),
        graph("Open file descriptors", "short", (f"process_open_fds{{{LOG}}}", "{{hostname}}")),
    )


def engine(layout):
    """Adds the row of the container engine."""
    states = f"sum by (state) (engine_daemon_container_states_containers{{{DOCKER}}})"
    layout.heading("Docker")
    layout.line(
        bars("Containers by state", (states, "{{state}}")),
        stat("Failed health checks", "short", f"engine_daemon_health_checks_failed_total{{{DOCKER}}}"),
        table("Engine", f"engine_daemon_engine_info{{{DOCKER}}}", ["version", "architecture", "os", "kernel"]),
        graph("Memory of the engine", "bytes", (f"process_resident_memory_bytes{{{DOCKER}}}", "resident")),
        graph("Goroutines of the engine", "short", (f"go_goroutines{{{DOCKER}}}", "goroutines")),
    )


def gallery():
    """Returns the dashboard of the photo gallery: a row for each service, and one for the engine that runs them."""
    layout = Layout()
    page_and_api(layout)
    access_log(layout)
    engine(layout)
    return dashboard("image-gallery", "Image gallery", layout)


# Any service with narthex::HttpMetrics and the library's collectors.


def rate(name, labels="", by=""):
    """Returns the rate of a counter, summed over all but these labels."""
    return f"sum{f' by ({by}) ' if by else ''}(rate({name}{{{JOB}{labels}}}{WINDOW}))"


def now(name):
    """Returns the values of a gauge by instance."""
    return f"sum by (instance) ({name}{{{JOB}}})"


def quantile(part):
    """Returns a quantile of the durations, from native buckets if they exist, otherwise from classic buckets."""
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


def at_a_glance(layout):
    """Adds the row of single numbers."""
    layout.heading("At a glance")
    layout.line(
        stat("Instances up", "short", f"sum(up{{{JOB}}})"),
        stat("Requests", "reqps", rate(REQUESTS)),
        stat("Failed (5xx)", "percentunit", ERROR_RATIO),
        stat("99th percentile", "s", quantile(0.99)),
        stat("Youngest instance", "s", f"time() - max(process_start_time_seconds{{{JOB}}})"),
        stat("Resident memory", "bytes", f"sum(process_resident_memory_bytes{{{JOB}}})"),
        height=4,
    )


def requests(layout):
    """Adds the row of HttpMetrics."""
    durations = graph("Duration", "s", (quantile(0.5), "half are faster"))
    durations.ask(quantile(0.9), "9 of 10 are faster")
    durations.ask(quantile(0.99), "99 of 100 are faster")
    sizes = graph("Mean size", "bytes", (mean_size("request"), "requests"))
    sizes.ask(mean_size("response"), "responses")
    native = heat_map(
        "Durations, of native buckets",
        "s",
        rate("${prefix}_request_duration_seconds"),
        "Empty for a service whose duration has classic buckets only.",
    )
    layout.heading("Requests")
    layout.line(
        graph("Requests by code", "reqps", (rate(REQUESTS, by="code"), "{{code}}")),
        graph("Requests by method and route", "reqps", (rate(REQUESTS, by="method, route"), "{{method}} {{route}}")),
        graph("Failed (5xx)", "percentunit", (ERROR_RATIO, "of all requests")),
        graph("In flight", "short", (now("${prefix}_in_flight_requests"), "{{instance}}")),
    )
    layout.line(durations, native, sizes)


def process(layout):
    """Adds the rows of the process and of its C++ runtime."""
    files = graph("File descriptors", "short", (now("process_open_fds"), "{{instance}}"))
    files.ask(f"min(process_max_fds{{{JOB}}})", "allowed")
    layout.heading("Process")
    layout.line(
        graph("CPU", "cores", (rate("process_cpu_seconds_total", by="instance"), "{{instance}}")),
        graph("Resident memory", "bytes", (now("process_resident_memory_bytes"), "{{instance}}")),
        graph("Threads", "short", (now("process_threads"), "{{instance}}")),
    )
    layout.line(
        files,
        graph("Page faults", "ops", (rate("process_page_faults_total", by="type"), "{{type}}")),
        graph("Context switches", "ops", (rate("process_context_switches_total", by="type"), "{{type}}")),
    )
    allocator = graph("Allocator", "bytes", (f"sum(malloc_system_bytes{{{JOB}}})", "from the system"))
    allocator.ask(f"sum(malloc_allocated_bytes{{{JOB}}})", "in use")
    allocator.ask(f"sum(malloc_free_bytes{{{JOB}}})", "free")
    allocator.ask(f"sum(malloc_releasable_bytes{{{JOB}}})", "could go back")
    allocator.describe("Needs RuntimeCollectorOptions::allocator.")
    layout.heading("Runtime")
    layout.line(allocator, table("Built with", f"cpp_info{{{JOB}}}", None))


def container(layout):
    """Adds the row of the control group."""
    cpu = graph("CPU and its limit", "cores", (rate("cgroup_cpu_usage_seconds_total", by="instance"), "{{instance}}"))
    cpu.ask(f"max(cgroup_cpu_limit_cores{{{JOB}}})", "limit")
    memory = graph("Memory and its limit", "bytes", (now("cgroup_memory_current_bytes"), "{{instance}}"))
    memory.ask(f"max(cgroup_memory_limit_bytes{{{JOB}}})", "limit")
    throttled = rate("cgroup_cpu_throttled_periods_total", by="instance")
    throttled += f" / ({rate('cgroup_cpu_periods_total', by='instance')} > 0) or 0 * {now('cgroup_cpu_periods_total')}"
    waited = rate("cgroup_pressure_waiting_seconds_total", by="instance, resource")
    stalled = rate("cgroup_pressure_stalled_seconds_total", by="instance, resource")
    layout.heading("Container")
    layout.line(cpu, graph("Throttled, of all periods", "percentunit", (throttled, "{{instance}}")), memory)
    layout.line(
        graph("Memory events", "ops", (rate("cgroup_memory_events_total", by="event"), "{{event}}")),
        graph("Pressure: some waited", "percentunit", (waited, "{{resource}} {{instance}}")),
        graph("Pressure: all waited", "percentunit", (stalled, "{{resource}} {{instance}}")),
    )


def scrapes(layout):
    """Adds the row of the cost of scrapes and of the problems that narthex reports."""
    rejected = f"{rate('narthex_rejected_updates_total')} or 0 * sum(up{{{JOB}}})"
    problems = graph("Refused or replaced", "ops", (rejected, "updates"))
    problems.ask(rate("narthex_replaced_bytes_total"), "bytes")
    problems.ask(rate("narthex_exemplars_refused_total"), "exemplars")
    problems.ask(rate("narthex_name_clashes_total"), "names")
    problems.ask(rate("narthex_collector_errors_total"), "collectors")
    problems.ask(f"{rate('narthex_series_overflowed_total')} or 0 * sum(up{{{JOB}}})", "series")
    collectors = f"max by (collector) (narthex_collector_duration_seconds{{{JOB}}})"
    layout.heading("Scrapes")
    layout.line(
        graph("Duration of a scrape", "s", (f"scrape_duration_seconds{{{JOB}}}", "{{instance}}")),
        graph("Samples of a scrape", "short", (f"scrape_samples_scraped{{{JOB}}}", "{{instance}}")),
        graph("Duration of the collectors", "s", (collectors, "{{collector}}")),
        problems,
    )


def service():
    """Returns the dashboard of any service. Its variables select the service."""
    layout = Layout()
    for row in (at_a_glance, requests, process, container, scrapes):
        row(layout)
    prefix = variable(
        "prefix",
        'label_values({__name__=~".+_in_flight_requests", job="$job"}, __name__)',
        regex="/(.+)_in_flight_requests/",
        label="prefix of HttpMetrics",
    )
    job = variable("job", "label_values(narthex_scrapes_total, job)")
    instance = variable("instance", 'label_values(up{job="$job"}, instance)', many=True)
    return dashboard("narthex-service", "narthex service", layout, job, prefix, instance)


def main():
    """Writes the files into the folder that the command line names."""
    folder = pathlib.Path(sys.argv[1])
    for name, made in (("image_gallery", gallery()), ("narthex_service", service())):
        (folder / f"{name}.json").write_text(json.dumps(made, indent=2) + "\n")


if __name__ == "__main__":
    main()
