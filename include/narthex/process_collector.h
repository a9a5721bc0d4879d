#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <narthex/collector.h>
#include <narthex/detail/export.h>

namespace narthex {

/// Where the process collector reads.
struct ProcessCollectorOptions {
  std::string proc = "/proc";  ///< Where procfs is mounted.
};

/// What the system says of this process: `registry.add(ProcessCollector());`.
/// Values: process_cpu_seconds_total, process_open_fds, process_max_fds, process_virtual_memory_bytes,
///   process_virtual_memory_max_bytes, process_resident_memory_bytes, process_heap_bytes, process_threads and
///   process_start_time_seconds, as in the other clients; process_page_faults_total and
///   process_context_switches_total by `type`. What cannot be read is left out, and so is a limit that is not set.
/// Threads: as a Collector. Linux only.
/// Errors: none but std::bad_alloc.
class NARTHEX_EXPORT ProcessCollector final : public Collector {
 public:
  explicit ProcessCollector(ProcessCollectorOptions options = {});

  std::string_view name() const override { return "process"; }
  void collect(Sink& sink) override;

 private:
  std::string proc_;
  std::optional<double> boot_time_;  // seconds since 1970: does not change, and is at the end of a long file
};

}  // namespace narthex
