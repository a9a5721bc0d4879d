#include <narthex/cgroup_collector.h>

#include <optional>
#include <utility>

#include <narthex/labels.h>

#include "instrumentation/cgroup_mounts.h"
#include "instrumentation/cgroup_values.h"
#include "instrumentation/metric_desc.h"
#include "instrumentation/proc_files.h"

namespace narthex {

namespace {

using detail::write_counter;
using detail::write_gauge;
using Number = std::optional<double>;

void write_cpu(Sink& sink, const detail::CpuValues& cpu) {
  write_gauge(sink, {"cgroup_cpu_limit_cores", "CPU limit of the cgroup in cores."}, cpu.limit_cores);
  write_counter(sink, {"cgroup_cpu_usage_seconds_total", "CPU time used by the cgroup.", "seconds"}, cpu.usage_seconds);
  write_counter(sink, {"cgroup_cpu_user_seconds_total", "CPU time used by the cgroup in user mode.", "seconds"},
                cpu.user_seconds);
  write_counter(sink, {"cgroup_cpu_system_seconds_total", "CPU time used by the cgroup in kernel mode.", "seconds"},
                cpu.system_seconds);
  write_counter(sink,
                {"cgroup_cpu_periods_total", "Periods of the CPU limit in which the cgroup had runnable threads."},
                cpu.periods);
  write_counter(sink,
                {"cgroup_cpu_throttled_periods_total", "Periods of the CPU limit in which the cgroup was throttled."},
                cpu.throttled_periods);
  write_counter(sink, {"cgroup_cpu_throttled_seconds_total", "Time for which the cgroup was throttled.", "seconds"},
                cpu.throttled_seconds);
}

void write_memory(Sink& sink, const detail::MemoryValues& memory) {
  write_gauge(sink,
              {"cgroup_memory_limit_bytes", "Memory limit of the cgroup, above which the kernel kills a process of it.",
               "bytes"},
              memory.limit);
  write_gauge(sink, {"cgroup_memory_high_bytes", "Memory use above which the kernel slows the cgroup down.", "bytes"},
              memory.high);
  write_gauge(sink, {"cgroup_memory_current_bytes", "Memory used by the cgroup.", "bytes"}, memory.current);
  write_gauge(
      sink, {"cgroup_memory_inactive_file_bytes", "Page cache of the cgroup that the kernel reclaims first.", "bytes"},
      memory.inactive_file);
  write_gauge(sink, {"cgroup_memory_swap_bytes", "Swap used by the cgroup.", "bytes"}, memory.swap);
  if (memory.events.empty()) return;
  sink.begin_family(
      {"cgroup_memory_events_total", "Memory events of the cgroup by type of event.", {}, MetricType::counter});
  for (const auto& [event, number] : memory.events) sink.counter(LabelText::of({{"event", event}}), number);
}

// Reads the total in microseconds of a line like "some avg10=0.00 avg60=0.00 avg300=0.00 total=17".
Number read_pressure(const std::string& text, std::string_view kind) {
  auto line = detail::value_of(text, kind);
  while (line && !line->empty()) {
    constexpr std::string_view kTotal = "total=";
    const std::string_view word = detail::next_word(*line);
    if (word.starts_with(kTotal)) {
      return detail::divide(detail::to_number(word.substr(kTotal.size())), detail::kMicroseconds);
    }
  }
  return std::nullopt;
}

void write_pressure(Sink& sink, const detail::Cgroup& group, const detail::MetricDesc& metric, std::string_view kind) {
  sink.begin_family({metric.name, metric.help, metric.unit, MetricType::counter});
  for (const char* const resource : {"cpu", "io", "memory"}) {
    const auto text = detail::read_file(group.file(std::string(resource) + ".pressure"));
    const Number seconds = text ? read_pressure(*text, kind) : std::nullopt;
    if (seconds) sink.counter(LabelText::of({{"resource", resource}}), *seconds);
  }
}

}  // namespace

CgroupCollector::CgroupCollector(CgroupCollectorOptions options)
    : proc_(std::move(options.proc)),
      mounts_(std::make_shared<const detail::CgroupMounts>(proc_, std::move(options.cgroup))) {}

void CgroupCollector::collect(Sink& sink) {
  const std::string memberships = detail::read_file(proc_ + "/self/cgroup").value_or("");
  const detail::Cgroup unified = mounts_->version_2(memberships);
  detail::CpuValues cpu = detail::read_cpu_2(unified);
  if (const auto group = mounts_->version_1(memberships, "cpu")) read_cpu_1(*group, cpu);
  if (const auto group = mounts_->version_1(memberships, "cpuacct")) read_cpuacct_1(*group, cpu);
  write_cpu(sink, cpu);
  const auto memory = mounts_->version_1(memberships, "memory");
  write_memory(sink, memory ? read_memory_1(*memory) : read_memory_2(unified));
  write_pressure(sink, unified,
                 {"cgroup_pressure_waiting_seconds_total",
                  "Time in which at least one task of the cgroup waited for the resource.", "seconds"},
                 "some");
  write_pressure(sink, unified,
                 {"cgroup_pressure_stalled_seconds_total",
                  "Time in which all tasks of the cgroup waited for the resource.", "seconds"},
                 "full");
}

}  // namespace narthex
