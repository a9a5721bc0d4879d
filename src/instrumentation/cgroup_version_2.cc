#include <string_view>

#include "instrumentation/cgroup_values.h"
#include "instrumentation/proc_files.h"

namespace narthex::detail {

namespace {

using Number = std::optional<double>;

// Reads "150000 100000", the CPU time and the period in microseconds, and returns their ratio.
Number read_max_cores(const Cgroup& group) {
  const auto text = read_file(group.file("cpu.max"));
  std::string_view rest = text ? std::string_view(*text) : std::string_view();
  const Number quota = to_number(next_word(rest));  // "max" is not a number: no limit
  const Number period = to_number(next_word(rest));
  return quota && period && *period > 0 ? Number(*quota / *period) : std::nullopt;
}

std::vector<std::pair<std::string, double>> read_events(const Cgroup& group) {
  std::vector<std::pair<std::string, double>> events;
  const auto text = read_file(group.file("memory.events"));
  for (std::string_view rest = text ? std::string_view(*text) : std::string_view(); !rest.empty();) {
    const std::string_view event = next_word(rest);
    const Number number = to_number(next_word(rest));
    if (!event.empty() && number) events.emplace_back(event, *number);
  }
  return events;
}

}  // namespace

CpuValues read_cpu_2(const Cgroup& group) {
  CpuValues values;
  values.limit_cores = lowest_of_parents(group, read_max_cores);
  const auto stat = read_file(group.file("cpu.stat"));
  if (!stat) return values;
  values.usage_seconds = divide(number_of(*stat, "usage_usec"), kMicroseconds);
  values.user_seconds = divide(number_of(*stat, "user_usec"), kMicroseconds);
  values.system_seconds = divide(number_of(*stat, "system_usec"), kMicroseconds);
  values.periods = number_of(*stat, "nr_periods");
  values.throttled_periods = number_of(*stat, "nr_throttled");
  values.throttled_seconds = divide(number_of(*stat, "throttled_usec"), kMicroseconds);
  return values;
}

MemoryValues read_memory_2(const Cgroup& group) {
  const auto lowest = [&group](std::string_view file) {
    return lowest_of_parents(group, [file](const Cgroup& above) { return read_number(above.file(file)); });
  };
  MemoryValues values;
  values.limit = lowest("memory.max");
  values.high = lowest("memory.high");
  values.current = read_number(group.file("memory.current"));
  if (const auto stat = read_file(group.file("memory.stat"))) values.inactive_file = number_of(*stat, "inactive_file");
  values.swap = read_number(group.file("memory.swap.current"));
  values.events = read_events(group);
  return values;
}

}  // namespace narthex::detail
