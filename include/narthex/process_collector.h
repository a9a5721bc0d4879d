#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <narthex/collector.h>
#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {

/// Directory that the ProcessCollector reads.
struct ProcessCollectorOptions {
  std::string proc = "/proc";  ///< Mount point of procfs.
};

/// CPU time, memory, file descriptors, and other values of this process. Requires Linux.
///
/// Values: process_cpu_seconds_total, process_open_fds, process_max_fds, process_virtual_memory_bytes,
///   process_virtual_memory_max_bytes, process_resident_memory_bytes, process_heap_bytes, process_threads and
///   process_start_time_seconds, as in the other Prometheus clients; process_page_faults_total and
///   process_context_switches_total by `type`. Values that cannot be read, and limits that are not set, are left out.
/// Thread safety: see Collector. The kernel visits all threads of the process for two of the system calls, which takes
///   about 0.1 us for each thread. Running threads do not wait. Threads that start or end may wait.
/// Exceptions: std::bad_alloc.
///
/// Example:
///   registry.add(narthex::ProcessCollector());
class NARTHEX_EXPORT ProcessCollector final : public Collector {
 public:
  /// Reads the boot time of the machine.
  explicit ProcessCollector(ProcessCollectorOptions options = {});

  std::string_view name() const override { return "process"; }
  void collect(Sink& sink) override;

 private:
  std::string proc_;
  std::optional<double> boot_time_;  // in seconds since 1970; read once, because it does not change
};

}  // namespace narthex
