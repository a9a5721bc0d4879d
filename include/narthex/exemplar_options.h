#pragma once

#include <chrono>
#include <functional>

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

}  // namespace narthex
