#pragma once

#include <string>
#include <string_view>

#include <narthex/collector.h>
#include <narthex/detail/export.h>

namespace narthex {

/// Where the cgroup collector reads.
struct CgroupCollectorOptions {
  std::string proc = "/proc";             ///< Where procfs is mounted.
  std::string cgroup = "/sys/fs/cgroup";  ///< Where cgroupfs is mounted: version 2, or with it in its folder `unified`.
};

/// What the container of this process may use, and what it had to wait for: `registry.add(CgroupCollector());`.
/// Values: of version 2 of the control groups: cgroup_cpu_limit_cores, cgroup_cpu_{usage,user,system}_seconds_total,
///   cgroup_cpu_periods_total, cgroup_cpu_throttled_periods_total, cgroup_cpu_throttled_seconds_total;
///   cgroup_memory_{limit,high,current,inactive_file,swap}_bytes, cgroup_memory_events_total by `event`;
///   cgroup_pressure_{waiting,stalled}_seconds_total by `resource`, in which some, or all, processes waited. A limit is
///   the least of the group's and of those above it. What cannot be read is left out, and so is a limit that is not set.
/// Threads: as a Collector. Linux only.
/// Errors: none but std::bad_alloc.
class NARTHEX_EXPORT CgroupCollector final : public Collector {
 public:
  explicit CgroupCollector(CgroupCollectorOptions options = {});

  std::string_view name() const override { return "cgroup"; }
  void collect(Sink& sink) override;

 private:
  std::string proc_;
  std::string mount_;  // of version 2
};

}  // namespace narthex
