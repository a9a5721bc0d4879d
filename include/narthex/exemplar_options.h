#pragma once

#include <chrono>
#include <functional>

#include <narthex/detail/export.h>
#include <narthex/labels.h>

namespace NARTHEX_VISIBILITY narthex {

/// Adds exemplars to counters and histograms. The code that updates them does not change: an update calls a function,
/// which returns the labels of the trace of the current thread.
///
/// Values: each counter and each bucket stores at most one new exemplar between two scrapes, so the function is called
///   rarely. If the function returns no labels, it is called again for this series after a few milliseconds; until
///   then, each update also reads a coarse clock.
/// Thread safety: the function is called by threads that update, also concurrently, without a lock held. It may update
///   metrics.
/// Exceptions: an exception of the function is counted (see LibraryCollector), and no exemplar is stored.
struct ExemplarOptions {
  /// Function that returns the labels of the current trace: `{{"trace_id", id}}`. The rules of ExemplarLabels apply. It
  /// returns no labels if there is no trace or the trace is not sampled. Default: none, exemplars are off.
  std::function<Labels()> labels = {};
  std::chrono::milliseconds min_interval{1000};  ///< Minimum age at which an exemplar is replaced, in milliseconds.
};

}  // namespace narthex
