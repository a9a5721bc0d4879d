#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "instrumentation/cgroup_mounts.h"

namespace narthex::detail {

// The values of a cgroup. Those that cannot be read, and limits that are not set, are nothing.

struct CpuValues {
  std::optional<double> usage_seconds, user_seconds, system_seconds;
  std::optional<double> limit_cores, periods, throttled_periods, throttled_seconds;
};

struct MemoryValues {
  std::optional<double> limit, high, current, inactive_file, swap;  // in bytes
  std::vector<std::pair<std::string, double>> events;
};

// Reads the files of version 2.
CpuValues read_cpu_2(const Cgroup& group);
MemoryValues read_memory_2(const Cgroup& group);

// Each reads the files of one controller of version 1. The first two replace the values that their controller has.
void read_cpuacct_1(const Cgroup& group, CpuValues& values);
void read_cpu_1(const Cgroup& group, CpuValues& values);
MemoryValues read_memory_1(const Cgroup& group);

inline std::optional<double> lower_of(std::optional<double> a, std::optional<double> b) {
  return a && b ? std::min(*a, *b) : a ? a : b;
}

// Calls read(cgroup) for a cgroup and all its parents, and returns the lowest of the values.
template <class Read>
std::optional<double> lowest_of_parents(Cgroup group, Read read) {
  std::optional<double> lowest;
  for (;;) {
    lowest = lower_of(lowest, read(group));
    if (group.path.empty()) return lowest;
    group.path.resize(group.path.rfind('/'));
  }
}

}  // namespace narthex::detail
