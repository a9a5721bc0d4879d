#pragma once

#include <atomic>

namespace narthex::bench {

// The limit of a gauge that is set and incremented in any order: one double that all threads share, and the test of one
// flag before each operation.
class AtomicGauge {
 public:
  static constexpr const char* kName = "limit";

  struct Value {
    alignas(64) std::atomic<double> value = 0;
    std::atomic<bool> is_ignored = false;
  };
  using Gauge = Value*;

  Gauge gauge() noexcept { return &gauge_; }

  static void inc(Gauge gauge) noexcept {
    if (gauge->is_ignored.load(std::memory_order_relaxed)) return;
    double before = gauge->value.load(std::memory_order_relaxed);
    while (!gauge->value.compare_exchange_weak(before, before + 1, std::memory_order_relaxed)) {
    }
  }
  static void set(Gauge gauge, double value) noexcept {
    if (!gauge->is_ignored.load(std::memory_order_relaxed)) gauge->value.store(value, std::memory_order_relaxed);
  }
  static double value(Gauge gauge) noexcept { return gauge->value.load(std::memory_order_relaxed); }

 private:
  Value gauge_;
};

}  // namespace narthex::bench
