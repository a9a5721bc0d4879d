#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
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
  // A hash table of buckets of a schema, as narthex has one. It has a place for each bucket of a range of 2^16, such as 1
  // to 65,536, which is more than the values need.
  template <int kSchema>
  struct Exponential {
    struct Bucket {
      std::atomic<std::uint64_t> key = 0;
      Cell count = 0;
    };
    std::array<Bucket, (16 << kSchema)> buckets{};
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

  // Computes the key as narthex does. The value is a normal number above 0.
  template <int kSchema>
  static void observe(Exponential<kSchema>* histogram, double value) noexcept {
    constexpr detail::ExponentialKeys kKeys(kSchema);
    const std::uint64_t key = kKeys(std::bit_cast<std::uint64_t>(value));
    for (std::size_t i = key;; ++i) {
      auto& bucket = histogram->buckets[i % histogram->buckets.size()];
      const std::uint64_t used = bucket.key.load(std::memory_order_relaxed);
      if (used == 0) bucket.key.store(key, std::memory_order_relaxed);
      if (used != 0 && used != key) continue;
      add(bucket.count, 1);
      break;
    }
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
