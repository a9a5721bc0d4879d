#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <sys/mman.h>

#include <fmt/compile.h>
#include <fmt/format.h>

#include "../inputs.h"
#include "flat_map.h"
#include "own_histograms.h"

namespace narthex::bench {

// The limit: the functions of a client with the least work that gives a result. No real client can be built from them:
// threads share nothing, and nothing is looked up that the case does not need. With several threads, counters are
// also the control loop: each thread works on its own memory, so that two threads take as long as one unless the
// machine slows down.
class Limit : public OwnHistograms {
 public:
  static constexpr const char* kName = "limit";

  // Written by all threads, because set() is about the last value of any thread.
  struct SharedGauge {
    alignas(64) Cell value = 0;
    std::atomic<std::int64_t> count = 0;
  };
  // Used by the thread that has created it.
  struct Statuses {
    std::shared_ptr<FlatMap<Cell, 2>> by_values = std::make_shared<FlatMap<Cell, 2>>();
  };
  struct Routes {
    Limit& limit;
    std::string name;
    std::size_t first;  // index of the first series
  };
  using Counter = Cell*;
  using Gauge = SharedGauge*;

  static Counter counter() noexcept {
    static thread_local constinit Cell own = 0;
    return &own;
  }
  Gauge gauge() noexcept { return &gauge_; }
  static Statuses counter_by_status() { return {}; }
  Routes counter_by_route(std::size_t family = 0) { return {*this, requests_name(family), series_.size()}; }

  static Counter at(const Statuses& /*family*/, const Status& /*status*/) noexcept { return counter(); }

  // The text of a series, rendered once, and its cell. The first one begins with the metadata of its family.
  static Counter at(const Routes& by, const Route& route) {
    const bool is_first = by.limit.series_.size() == by.first;
    Series& series = by.limit.series_.emplace_back();
    series.line = fmt::format(FMT_COMPILE("{}{{{}=\"{}\",{}=\"{}\",{}=\"{}\"}} "), by.name,  //
                              kRouteLabels[2], route.code, kRouteLabels[0], route.method, kRouteLabels[1], route.path);
    if (is_first) series.line.insert(0, fmt::format("# HELP {0} {1}\n# TYPE {0} counter\n", by.name, kRequests.help));
    by.limit.max_bytes_ += series.line.size() + kMaxBytesOfNumber;
    return &series.value;
  }

  static void inc(Counter counter, double amount = 1) noexcept { add(*counter, amount); }

  static void inc(const Statuses& family, const Status& status) {
    const std::array<std::string_view, 2> values{status.method, status.code};
    add((*family.by_values)[values], 1);
  }

  // The first update of a series, which is not looked up.
  static void inc(Routes by, const Route& route) { inc(at(by, route)); }

  // One instruction with a lock prefix, contended when there is more than one thread.
  static void inc(Gauge gauge) noexcept { gauge->count.fetch_add(1, std::memory_order_relaxed); }
  static void set(Gauge gauge, double value) noexcept { gauge->value.store(value, std::memory_order_relaxed); }

  using Reply = fmt::memory_buffer;
  // In new memory, with huge pages as narthex has them.
  Reply text() const {
    constexpr std::size_t kHugePage = 2 << 20;
    Reply reply;
    reply.reserve(max_bytes_);
    const std::size_t start = kHugePage - reinterpret_cast<std::uintptr_t>(reply.data()) % kHugePage;
    if (start < max_bytes_) ::madvise(reply.data() + start, max_bytes_ - start, MADV_HUGEPAGE);
    scrape(reply);
    return reply;
  }
  void scrape(Reply& reply) const {
    reply.resize(max_bytes_);
    char* at = reply.data();
    for (const Series& series : series_) {
      std::memcpy(at, series.line.data(), series.line.size());
      at = write(at + series.line.size(), series.value.load(std::memory_order_relaxed));
      *at++ = '\n';
    }
    reply.resize(static_cast<std::size_t>(at - reply.data()));
  }

 private:
  struct Series {
    std::string line;
    Cell value = 0;
  };

  static constexpr std::size_t kMaxBytesOfNumber = 32;

  static char* write(char* at, double value) {
    const auto whole = static_cast<std::int64_t>(value);
    if (static_cast<double>(whole) != value) return fmt::format_to(at, FMT_COMPILE("{}"), value);
    const fmt::format_int digits(whole);
    std::memcpy(at, digits.data(), digits.size());
    return at + digits.size();
  }

  SharedGauge gauge_;
  std::deque<Series> series_;
  std::size_t max_bytes_ = 0;
};

}  // namespace narthex::bench
