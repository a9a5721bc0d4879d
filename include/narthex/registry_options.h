#pragma once

#include <functional>
#include <string_view>

#include <narthex/exemplar_options.h>
#include <narthex/labels.h>

namespace narthex {

/// What holds for everything in a registry.
struct RegistryOptions {
  Labels labels = {};  ///< On every series, beside its own: `{{"hostname", "web-1"}}`.
  /// Gets a line when somebody should look into something, such as a family that has reached its `max_series`: from any
  /// thread, at once, without a lock held; what it throws is lost. None: stderr.
  std::function<void(std::string_view line)> diagnostic = {};
  /// Lets names of metrics and labels be any UTF-8: "disk.io", "température". A scraper that knows only letters, digits
  /// and '_' gets them with underscores instead, or as it asks for; Prometheus 3 gets them as they are. Of two families,
  /// or two labels of a series, that are the same then, the second one is left out, and counted.
  bool utf8_names = false;
  ExemplarOptions exemplars = {};  ///< Off, unless they have a function.
};

/// Which collectors Registry::global() has by itself.
struct GlobalCollectors {
  bool cgroup = true;   ///< CgroupCollector: what the container may use, and what it had to wait for.
  bool library = true;  ///< LibraryCollector: what narthex counts about itself.
  bool process = true;  ///< ProcessCollector: process_cpu_seconds_total and its like.
  bool runtime = true;  ///< RuntimeCollector: the allocator, and cpp_info.
};

}  // namespace narthex
