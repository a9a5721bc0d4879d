#include <algorithm>
#include <string_view>

#include "instrumentation/cgroup_values.h"
#include "instrumentation/proc_files.h"

namespace narthex::detail {

namespace {

using Number = std::optional<double>;

// Returns the ratio of the CPU time and the period. The CPU time is -1 if there is no limit.
Number read_cfs_cores(const Cgroup& group) {
  const Number quota = read_number(group.file("cpu.cfs_quota_us"));
  const Number period = read_number(group.file("cpu.cfs_period_us"));
  return quota && period && *period > 0 ? Number(*quota / *period) : std::nullopt;
}

// The kernel writes a missing limit as the largest whole number of pages below 2^63, older kernels as 2^63-1.
Number set_limit(Number limit) {
  constexpr double kUnlimited = 0x1p62;
  return limit && *limit < kUnlimited ? limit : std::nullopt;
}

// The statistics have the swap only if the kernel accounts for it. `memsw` is memory and swap together, and changes
// between the two reads.
Number read_swap(const Cgroup& group, Number current) {
  const Number both = read_number(group.file("memory.memsw.usage_in_bytes"));
  return both && current ? Number(std::max(*both - *current, 0.0)) : std::nullopt;
}

}  // namespace

void read_cpuacct_1(const Cgroup& group, CpuValues& values) {
  values.usage_seconds = divide(read_number(group.file("cpuacct.usage")), kNanoseconds);
  const auto stat = read_file(group.file("cpuacct.stat"));
  values.user_seconds = stat ? divide(number_of(*stat, "user"), ticks_per_second()) : std::nullopt;
  values.system_seconds = stat ? divide(number_of(*stat, "system"), ticks_per_second()) : std::nullopt;
}

void read_cpu_1(const Cgroup& group, CpuValues& values) {
  values.limit_cores = lowest_of_parents(group, read_cfs_cores);
  const auto stat = read_file(group.file("cpu.stat"));
  values.periods = stat ? number_of(*stat, "nr_periods") : std::nullopt;
  values.throttled_periods = stat ? number_of(*stat, "nr_throttled") : std::nullopt;
  values.throttled_seconds = stat ? divide(number_of(*stat, "throttled_time"), kNanoseconds) : std::nullopt;
}

MemoryValues read_memory_1(const Cgroup& group) {
  const std::string stat = read_file(group.file("memory.stat")).value_or("");
  // The values that start with "total_" include those of child cgroups, as all values of version 2 do.
  const auto total = [&stat](const std::string& key) {
    const Number sum = number_of(stat, "total_" + key);
    return sum ? sum : number_of(stat, key);
  };
  MemoryValues values;
  const Number own = lowest_of_parents(
      group, [](const Cgroup& above) { return set_limit(read_number(above.file("memory.limit_in_bytes"))); });
  // The kernel also knows the limits of parents that are not mounted.
  values.limit = lower_of(own, set_limit(number_of(stat, "hierarchical_memory_limit")));
  values.current = read_number(group.file("memory.usage_in_bytes"));
  values.inactive_file = total("inactive_file");
  values.swap = total("swap");
  if (!values.swap) values.swap = read_swap(group, values.current);
  if (const Number times = read_number(group.file("memory.failcnt"))) values.events.emplace_back("max", *times);
  const auto control = read_file(group.file("memory.oom_control"));
  const Number kills = control ? number_of(*control, "oom_kill") : std::nullopt;
  if (kills) values.events.emplace_back("oom_kill", *kills);
  return values;
}

}  // namespace narthex::detail
