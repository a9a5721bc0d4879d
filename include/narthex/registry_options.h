#pragma once

#include <chrono>
#include <functional>
#include <string_view>

#include <narthex/labels.h>

namespace narthex {

/// Exemplars without a change to the code that counts: plain updates of counters and histograms take the labels of the
/// trace that their thread works on. After each scrape, a counter and every bucket wants one new exemplar, no more, so
/// that the function is called seldom. While one is wanted and there is no trace, an update costs a look at a coarse
/// clock more, and the function is called for each such series every few milliseconds.
/// Threads: the function is called from any thread that updates, at once, without a lock held. It may update metrics.
/// Errors: what it throws is counted, see LibraryCollector, and there is no exemplar.
struct ExemplarOptions {
  /// Returns what leads to the trace, under the rules of ExemplarLabels: `{{"trace_id", id}}`. Empty: there is none, or
  /// nobody will find it, because it is not sampled.
  std::function<Labels()> labels = {};
  std::chrono::milliseconds min_interval{1000};  ///< A younger exemplar is not replaced, however often scrapes come.
};

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
