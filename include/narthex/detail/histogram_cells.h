#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

// One sum, and one count for each bucket: the base of a series, or the part of one thread in a hot series.
//
//    bounds            0.1      0.5       1
//    sum   counts    [ n0   |   n1   |   n2   |   n3 ]     counts of values <= bound; n3 is the +Inf bucket
struct HistogramCells {
  std::atomic<double> sum{0};

  // The counts follow in the same memory.
  std::atomic<std::uint64_t>* counts() noexcept { return reinterpret_cast<std::atomic<std::uint64_t>*>(this + 1); }

  // Adds a number of observations to a bucket, and an amount to the sum. Only the thread that owns these cells calls this.
  void add(std::size_t bucket, double amount, std::uint64_t number) noexcept {
    // relaxed, all: a scrape reads each count alone, and the sum may be ahead of the counts or behind them
    std::atomic<std::uint64_t>& count = counts()[bucket];
    count.store(count.load(std::memory_order_relaxed) + number, std::memory_order_relaxed);
    sum.store(sum.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
};

}  // namespace detail
}  // namespace narthex
