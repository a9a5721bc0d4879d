#pragma once

#include <chrono>
#include <functional>

#include <narthex/labels.h>

namespace narthex {

/// Adds exemplars to counters and histograms without a change of the code that updates them: an update calls a function
/// for the labels of the trace of its thread.
///
/// Values: after each scrape, each counter and each bucket takes at most one new exemplar, so that the function is
///   called rarely. If the function returns no labels, it is called again for this series after a few milliseconds;
///   until then, an update additionally reads a coarse clock.
/// Thread safety: the function is called by threads that update, also concurrently, without a lock held. It may update
///   metrics.
/// Exceptions: an exception of the function is counted (see LibraryCollector), and no exemplar is stored.
struct ExemplarOptions {
  /// Function that returns the labels of the current trace, under the rules of ExemplarLabels: `{{"trace_id", id}}`. It
  /// returns no labels if there is no trace or the trace is not sampled. Default: none, exemplars are off.
  std::function<Labels()> labels = {};
  std::chrono::milliseconds min_interval{1000};  ///< Time in which an exemplar is not replaced.
};

}  // namespace narthex
