#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <narthex/detail/export.h>
#include <narthex/exemplar_options.h>
#include <narthex/labels.h>

namespace NARTHEX_VISIBILITY narthex {

/// Options of a Registry.
struct RegistryOptions {
  Labels labels = {};  ///< Labels of every series, in addition to its own: `{{"hostname", "web-1"}}`. Default: none.
  /// Function that logs one line about a problem, for example a family that reached its `max_series`. It may be called
  /// on any thread, also concurrently, without a lock held. Its exceptions are ignored. Default: writes to stderr.
  std::function<void(std::string_view line)> diagnostic = {};
  /// Allows any UTF-8 text without NUL as a name of a metric or label: "disk.io", "température". If a scraper cannot
  /// read such names, they are escaped with underscores, or in the way that the scraper requests. Prometheus 3 receives
  /// them unchanged. If two families or two labels of a series have the same escaped name, the second one is left out
  /// and counted. Default: false, only letters, digits, and '_', and ':' in names of metrics.
  bool utf8_names = false;
  ExemplarOptions exemplars = {};  ///< Function that adds exemplars to updates. Default: off.
};

/// Options of Registry::scoped().
struct ScopeOptions {
  std::string prefix = {};  ///< Start of all names, with its separator: `db_`. Default: none.
  Labels labels = {};       ///< Labels of every series, in addition to its own: `{{"pool", "orders"}}`. Default: none.
};

/// The collectors that Registry::global() contains.
struct GlobalCollectors {
  bool cgroup = true;   ///< CgroupCollector: limits and resource use of the container.
  bool library = true;  ///< LibraryCollector: the counts of narthex about itself.
  bool process = true;  ///< ProcessCollector: process_cpu_seconds_total and the other process metrics.
  bool runtime = true;  ///< RuntimeCollector: cpp_info.
  /// The RuntimeCollector also has the memory of the allocator. Scrapes then delay threads that allocate, see
  /// RuntimeCollectorOptions::allocator. Default: false.
  bool allocator = false;
};

}  // namespace narthex
