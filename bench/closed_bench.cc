#include <array>
#include <atomic>
#include <cstddef>
#include <string_view>

#include <benchmark/benchmark.h>
#include <narthex/narthex.h>

#include "case.h"
#include "inputs.h"
#include "threads.h"

namespace narthex::bench {
namespace {

enum class Method { get, post, put, head };
std::string_view to_string(Method method) {
  return std::array<std::string_view, 4>{"GET", "POST", "PUT", "HEAD"}.at(static_cast<std::size_t>(method));
}

enum class Code { ok, created, not_found, error };
std::string_view to_string(Code code) {
  return std::array<std::string_view, 4>{"200", "201", "404", "500"}.at(static_cast<std::size_t>(code));
}

struct Keys {
  Method method;
  Code code;
};

constexpr std::array<Keys, 16> kAllKeys = [] {
  std::array<Keys, 16> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = {static_cast<Method>(i / 4), static_cast<Code>(i % 4)};
  return all;
}();

// A family with closed labels.
class Closed {
 public:
  static constexpr const char* kName = "narthex";

  void inc(const Keys& keys) const { family_.at(keys.method, keys.code).inc(); }

 private:
  Registry registry_;
  EnumFamily<Counter, Method, Code> family_ = registry_.counter(
      {.name = kRequests.name, .help = kRequests.help}, enum_label<Method, 4>("method"), enum_label<Code, 4>("code"));
};

// Kept handles in an array of the application.
class Kept {
 public:
  static constexpr const char* kName = "narthex_kept";

  Kept() {
    const auto family = registry_.counter({.name = kRequests.name, .help = kRequests.help}, kStatusLabels);
    for (std::size_t i = 0; i < kAllKeys.size(); ++i) {
      handles_[i / 4][i % 4] = family.labels(kAllKeys[i].method, kAllKeys[i].code);
    }
  }

  void inc(const Keys& keys) const {
    handles_[static_cast<std::size_t>(keys.method)][static_cast<std::size_t>(keys.code)].inc();
  }

 private:
  Registry registry_;
  std::array<std::array<Counter, 4>, 4> handles_;
};

// The limit: an array of numbers that only this thread writes.
class OwnArray {
 public:
  static constexpr const char* kName = "limit";

  static void inc(const Keys& keys) {
    static thread_local constinit std::array<std::array<std::atomic<double>, 4>, 4> own{};
    std::atomic<double>& cell = own[static_cast<std::size_t>(keys.method)][static_cast<std::size_t>(keys.code)];
    cell.store(cell.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);  // relaxed: one thread
  }
};

// One increment of the series of two enumerators, one of 16 in turn.
const Case closed_inc("closed_inc", ClientList<Closed, Kept, OwnArray>(), to_two_threads,
                      [](benchmark::State& state, const auto& client) {
                        const Pinned pinned(state.thread_index());
                        for (const Keys& keys : kAllKeys) client.inc(keys);
                        Wheel keys(kAllKeys, state.thread_index());
                        for (auto _ : state) client.inc(keys.next());
                      });

}  // namespace
}  // namespace narthex::bench
