#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "../inputs.h"
#include "base/exponential_index.h"

namespace narthex::bench {

// The part of the limit for histograms and summaries: the search of the bucket, and two additions to memory of the
// thread.
class OwnHistograms {
 public:
  // Written by one thread. Relaxed instead of a plain double, so that the compiler cannot merge the additions of a
  // loop.
  using Cell = std::atomic<double>;

  struct Classic {
    std::array<Cell, 15> buckets{};
    Cell sum = 0;
  };
  // The buckets of a schema. All values between two that differ by a factor of 2^16 have buckets of their own.
  template <int kSchema>
  struct Exponential {
    std::array<Cell, (16 << kSchema)> buckets{};
    Cell sum = 0;
  };
  struct SumAndCount {
    Cell count = 0;
    Cell sum = 0;
  };

  static Classic* histogram() noexcept { return own<Classic>(); }
  static Exponential<3>* native_histogram() noexcept { return own<Exponential<3>>(); }
  static SumAndCount* summary() noexcept { return own<SumAndCount>(); }
  static Exponential<5>* summary_with_quantiles() noexcept { return own<Exponential<5>>(); }

  // Compares the value with all bounds, so that no branch is mispredicted. Returns the bucket.
  static std::size_t observe(Classic* histogram, double value) noexcept {
    std::size_t bucket = 0;
    for (const double bound : kBounds) bucket += bound < value ? 1 : 0;
    add(histogram->buckets[bucket], 1);
    add(histogram->sum, value);
    return bucket;
  }

  // Computes the index as narthex does. The value is above 0.
  template <int kSchema>
  static void observe(Exponential<kSchema>* histogram, double value) noexcept {
    const std::int32_t key = detail::coarser_key(detail::finest_key(value), detail::kFinestSchema, kSchema);
    add(histogram->buckets[static_cast<std::uint32_t>(key) % histogram->buckets.size()], 1);
    add(histogram->sum, value);
  }

  static void observe(SumAndCount* summary, double value) noexcept {
    add(summary->count, 1);
    add(summary->sum, value);
  }

 protected:
  // A load, an add, and a store: only one thread writes, so that no update is lost.
  static void add(Cell& cell, double amount) noexcept {
    cell.store(cell.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }

 private:
  static inline const std::array<double, 14> kBounds = [] {
    std::array<double, 14> bounds{};
    std::ranges::copy(latency_buckets(), bounds.begin());
    return bounds;
  }();

  template <class T>
  static T* own() noexcept {
    static thread_local constinit T value;
    return &value;
  }
};

}  // namespace narthex::bench
