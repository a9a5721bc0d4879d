#pragma once

#include <string>
#include <string_view>

#include <narthex/collector.h>
#include <narthex/detail/export.h>

namespace narthex {

/// Directories that the CgroupCollector reads.
struct CgroupCollectorOptions {
  std::string proc = "/proc";  ///< Mount point of procfs.
  std::string cgroup =
      "/sys/fs/cgroup";  ///< Mount point of cgroup version 2, or the folder that contains it as `unified`.
};

/// Limits, resource use, and waiting time of the cgroup (container) of this process. Requires cgroup version 2 and
/// Linux.
///
/// Values: cgroup_cpu_limit_cores, cgroup_cpu_{usage,user,system}_seconds_total,
///   cgroup_cpu_periods_total, cgroup_cpu_throttled_periods_total, cgroup_cpu_throttled_seconds_total;
///   cgroup_memory_{limit,high,current,inactive_file,swap}_bytes, cgroup_memory_events_total by `event`;
///   cgroup_pressure_{waiting,stalled}_seconds_total by `resource`. Each limit is the lowest limit of the cgroup and
///   its parents. Values that cannot be read, and limits that are not set, are left out.
/// Thread safety: see Collector.
/// Exceptions: std::bad_alloc.
///
/// Example:
///   registry.add(narthex::CgroupCollector());
class NARTHEX_EXPORT CgroupCollector final : public Collector {
 public:
  /// Finds the mount point of cgroup version 2.
  explicit CgroupCollector(CgroupCollectorOptions options = {});

  std::string_view name() const override { return "cgroup"; }
  void collect(Sink& sink) override;

 private:
  std::string proc_;
  std::string mount_;  // of cgroup version 2
};

}  // namespace narthex
