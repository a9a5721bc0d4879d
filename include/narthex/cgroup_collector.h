#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <narthex/collector.h>
#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {

namespace detail {
class CgroupMounts;
}  // namespace detail

/// Directories that the CgroupCollector reads.
struct CgroupCollectorOptions {
  std::string proc = "/proc";  ///< Mount point of procfs.
  std::string cgroup =
      "/sys/fs/cgroup";  ///< Mount point of cgroup version 2, or the folder that contains it as `unified` and each
                         ///< controller of version 1. Mounts elsewhere are used if it does not have them.
};

/// Limits, resource use, and waiting time of the cgroup (container) of this process. Requires Linux.
///
/// Values: cgroup_cpu_limit_cores, cgroup_cpu_{usage,user,system}_seconds_total,
///   cgroup_cpu_periods_total, cgroup_cpu_throttled_periods_total, cgroup_cpu_throttled_seconds_total;
///   cgroup_memory_{limit,high,current,inactive_file,swap}_bytes, cgroup_memory_events_total by `event`;
///   cgroup_pressure_{waiting,stalled}_seconds_total by `resource`. Each limit is the lowest limit of the cgroup and
///   its parents. Values that cannot be read, and limits that are not set, are left out.
/// Versions: the controllers cpu, cpuacct, and memory are read where the machine has them, in cgroup version 1 or 2.
///   Version 1 has the events `max` (memory.failcnt) and `oom_kill`, which do not include those of child cgroups.
///   Version 1 does not have cgroup_memory_high_bytes. Pressure exists in version 2 only.
/// Containers: if the path in /proc/self/cgroup is not below the mount, as in a container that has no cgroup namespace,
///   all values are those of the cgroup at the mount point, which usually is the container.
/// Thread safety: see Collector.
/// Exceptions: std::bad_alloc.
///
/// Example:
///   registry.add(narthex::CgroupCollector());
class NARTHEX_EXPORT CgroupCollector final : public Collector {
 public:
  /// Reads the list of mounts.
  explicit CgroupCollector(CgroupCollectorOptions options = {});

  std::string_view name() const override { return "cgroup"; }
  void collect(Sink& sink) override;

 private:
  std::string proc_;
  std::shared_ptr<const detail::CgroupMounts> mounts_;
};

}  // namespace narthex
