#include <narthex/cgroup_collector.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <narthex/labels.h>
#include <unistd.h>

#include "instrumentation/metric_desc.h"
#include "instrumentation/proc_files.h"

namespace narthex {

namespace {

using detail::write_counter;
using detail::write_gauge;
using Number = std::optional<double>;

constexpr double kMicrosecond = 1e-6;

// Returns the path of the cgroup of this process below the mount point: "/system.slice/web.service", or "" for the
// root.
std::string own_group(const std::string& proc) {
  const auto groups = detail::read_file(proc + "/self/cgroup");
  if (!groups) return {};
  for (std::string_view rest = *groups; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    // "0::/..": the cgroup is outside of the cgroup namespace of this process.
    if (line.starts_with("0::/") && line.find("/..") == std::string_view::npos) {
      return std::string(line.substr(line == "0::/" ? line.size() : 3));
    }
  }
  return {};
}

// Calls read(path) for a cgroup and all its parents, and returns the lowest of the values.
template <class Read>
Number lowest_of_parents(const std::string& mount, std::string group, Read read) {
  Number lowest;
  for (;;) {
    const Number here = read(mount + group);
    if (here && (!lowest || *here < *lowest)) lowest = here;
    if (group.empty()) return lowest;
    group.resize(group.rfind('/'));
  }
}

Number read_number(const std::string& path) {
  const auto text = detail::read_file(path);
  std::string_view rest = text ? std::string_view(*text) : std::string_view();
  return detail::to_number(detail::next_word(rest));  // "max" is not a number: no limit
}

// Reads "150000 100000", the CPU time and the period in microseconds, and returns their ratio.
Number read_cores(const std::string& folder) {
  const auto text = detail::read_file(folder + "/cpu.max");
  std::string_view rest = text ? std::string_view(*text) : std::string_view();
  const Number quota = detail::to_number(detail::next_word(rest));
  const Number period = detail::to_number(detail::next_word(rest));
  return quota && period && *period > 0 ? Number(*quota / *period) : std::nullopt;
}

void write_cpu(Sink& sink, const std::string& folder) {
  const auto stat = detail::read_file(folder + "/cpu.stat");
  if (!stat) return;
  const auto seconds = [&](std::string_view key) { return detail::times(detail::number_of(*stat, key), kMicrosecond); };
  write_counter(sink, {"cgroup_cpu_usage_seconds_total", "CPU time used by the cgroup.", "seconds"},
                seconds("usage_usec"));
  write_counter(sink, {"cgroup_cpu_user_seconds_total", "CPU time used by the cgroup in user mode.", "seconds"},
                seconds("user_usec"));
  write_counter(sink, {"cgroup_cpu_system_seconds_total", "CPU time used by the cgroup in kernel mode.", "seconds"},
                seconds("system_usec"));
  write_counter(sink,
                {"cgroup_cpu_periods_total", "Periods of the CPU limit in which the cgroup had runnable threads."},
                detail::number_of(*stat, "nr_periods"));
  write_counter(sink,
                {"cgroup_cpu_throttled_periods_total", "Periods of the CPU limit in which the cgroup was throttled."},
                detail::number_of(*stat, "nr_throttled"));
  write_counter(sink, {"cgroup_cpu_throttled_seconds_total", "Time for which the cgroup was throttled.", "seconds"},
                seconds("throttled_usec"));
}

void write_memory_events(Sink& sink, const std::string& folder) {
  const auto events = detail::read_file(folder + "/memory.events");
  if (!events) return;
  sink.begin_family(
      {"cgroup_memory_events_total", "Memory events of the cgroup by type of event.", {}, MetricType::counter});
  for (std::string_view rest = *events; !rest.empty();) {
    const std::string_view event = detail::next_word(rest);
    const Number number = detail::to_number(detail::next_word(rest));
    if (!event.empty() && number) sink.counter(LabelText::of({{"event", std::string(event)}}), *number);
  }
}

// Reads the total in microseconds of a line like "some avg10=0.00 avg60=0.00 avg300=0.00 total=17".
Number read_pressure(const std::string& text, std::string_view kind) {
  auto line = detail::value_of(text, kind);
  while (line && !line->empty()) {
    constexpr std::string_view kTotal = "total=";
    const std::string_view word = detail::next_word(*line);
    if (word.starts_with(kTotal)) return detail::times(detail::to_number(word.substr(kTotal.size())), kMicrosecond);
  }
  return std::nullopt;
}

void write_pressure(Sink& sink, const std::string& folder, const detail::MetricDesc& metric, std::string_view kind) {
  sink.begin_family({metric.name, metric.help, metric.unit, MetricType::counter});
  for (const char* const resource : {"cpu", "io", "memory"}) {
    const auto text = detail::read_file(fmt::format("{}/{}.pressure", folder, resource));
    const Number seconds = text ? read_pressure(*text, kind) : std::nullopt;
    if (seconds) sink.counter(LabelText::of({{"resource", resource}}), *seconds);
  }
}

}  // namespace

CgroupCollector::CgroupCollector(CgroupCollectorOptions options)
    : proc_(std::move(options.proc)), mount_(std::move(options.cgroup)) {
  if (::access((mount_ + "/cgroup.controllers").c_str(), F_OK) != 0) mount_ += "/unified";
}

void CgroupCollector::collect(Sink& sink) {
  const std::string group = own_group(proc_);
  const std::string folder = mount_ + group;
  write_gauge(sink, {"cgroup_cpu_limit_cores", "CPU limit of the cgroup in cores."},
              lowest_of_parents(mount_, group, read_cores));
  write_cpu(sink, folder);
  const auto lowest = [&](const char* file) {
    return lowest_of_parents(mount_, group, [file](const std::string& above) { return read_number(above + file); });
  };
  write_gauge(sink,
              {"cgroup_memory_limit_bytes", "Memory limit of the cgroup, above which the kernel kills a process of it.",
               "bytes"},
              lowest("/memory.max"));
  write_gauge(sink, {"cgroup_memory_high_bytes", "Memory use above which the kernel slows the cgroup down.", "bytes"},
              lowest("/memory.high"));
  write_gauge(sink, {"cgroup_memory_current_bytes", "Memory used by the cgroup.", "bytes"},
              read_number(folder + "/memory.current"));
  const auto memory = detail::read_file(folder + "/memory.stat");
  write_gauge(
      sink, {"cgroup_memory_inactive_file_bytes", "Page cache of the cgroup that the kernel reclaims first.", "bytes"},
      memory ? detail::number_of(*memory, "inactive_file") : std::nullopt);
  write_gauge(sink, {"cgroup_memory_swap_bytes", "Swap used by the cgroup.", "bytes"},
              read_number(folder + "/memory.swap.current"));
  write_memory_events(sink, folder);
  write_pressure(sink, folder,
                 {"cgroup_pressure_waiting_seconds_total",
                  "Time in which at least one task of the cgroup waited for the resource.", "seconds"},
                 "some");
  write_pressure(sink, folder,
                 {"cgroup_pressure_stalled_seconds_total",
                  "Time in which all tasks of the cgroup waited for the resource.", "seconds"},
                 "full");
}

}  // namespace narthex
