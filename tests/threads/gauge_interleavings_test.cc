// The value of a gauge in every order of the steps of a few threads.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/gauge_value.h"
#include "support/interleavings.h"

namespace narthex::detail {
namespace {

constexpr std::size_t kThreads = 3;

// Cells for three threads. The first increment of a base makes a gauge hot.
struct ExploredMemory {
  template <class T>
  using Atomic = Explored<T>;
  struct Heat {
    static bool add(bool /*was_contended*/) { return true; }
    static void cool() {}
  };

  static Explored<double>* find_cell(Slot slot) {
    return slot == kFirstSlot ? &(*cells)[Interleavings::current().thread()] : nullptr;
  }
  static Explored<double>* find_or_create_cell(Slot slot) { return find_cell(slot); }
  static Slot try_acquire_slot() { return has_slots ? kFirstSlot : kCold; }
  static void release_slot(Slot /*slot*/) {}
  template <class Visit>
  static void for_each_cell(Slot /*slot*/, Visit visit) {
    for (const Explored<double>& cell : *cells) visit(cell.load());
  }

  static inline std::array<Explored<double>, kThreads>* cells = nullptr;
  static inline bool has_slots = true;
};

struct Update {
  enum Kind { kSet, kInc, kRead } kind;
  double amount = 0;
};
using Program = std::vector<Update>;

constexpr Update set(double value) { return {Update::kSet, value}; }
constexpr Update inc(double amount) { return {Update::kInc, amount}; }
constexpr Update read() { return {Update::kRead}; }

// Explores one list of programs.
class Exploration {
 public:
  explicit Exploration(std::vector<Program> programs) : programs_(std::move(programs)) {
    ExploredMemory::cells = &cells_;
  }

  std::size_t run() {
    std::vector<Interleavings::Program> threads;
    for (std::size_t i = 0; i < programs_.size(); ++i) {
      threads.emplace_back();
      for (std::size_t k = 0; k < programs_[i].size(); ++k) {
        threads.back().push_back([this, i, k] { return perform(programs_[i][k]); });
      }
    }
    return interleavings_.explore(std::move(threads), [this] { check_all(); });
  }

 private:
  using Operation = Interleavings::Operation;

  double amount_of(Operation at) const { return programs_[at.thread][at.index].amount; }

  Interleavings::Word perform(const Update& update) {
    switch (update.kind) {
      case Update::kSet:
        gauge_.set(update.amount);
        return 0;
      case Update::kInc:
        if (!gauge_.try_inc(update.amount)) gauge_.inc_or_promote(update.amount);
        return 0;
      case Update::kRead:
        return std::bit_cast<Interleavings::Word>(gauge_.value());
    }
    return 0;
  }

  void check_all() const {
    for_each(Update::kRead, [&](Operation read) { check(std::bit_cast<double>(interleavings_.result(read)), read); });
    check(gauge_.value(), std::nullopt);
  }

  // Checks a value that a reader saw, or that remains at the end.
  void check(double value, std::optional<Operation> reader) const {
    std::set<double> possible;
    add_since(std::nullopt, reader, possible);
    for_each(Update::kSet, [&](Operation set) { add_since(set, reader, possible); });
    EXPECT_THAT(possible, testing::Contains(value));
  }

  // Adds the values that a reader may see if the set, or the initial value, is the last one that counts.
  void add_since(std::optional<Operation> set, std::optional<Operation> reader, std::set<double>& possible) const {
    if (set && reader && interleavings_.precedes(*reader, *set)) return;
    bool is_replaced = false;
    for_each(Update::kSet,
             [&](Operation other) { is_replaced = is_replaced || (is_since(other, set) && is_until(other, reader)); });
    if (is_replaced) return;
    std::set<double> values{set ? amount_of(*set) : 0};
    for_each(Update::kInc, [&](Operation inc) {
      if (set && interleavings_.precedes(inc, *set)) return;
      if (reader && interleavings_.precedes(*reader, inc)) return;
      std::set<double> with;
      for (const double value : values) with.insert(value + amount_of(inc));
      if (is_since(inc, set) && is_until(inc, reader)) values.clear();
      values.merge(with);
    });
    possible.merge(values);
  }

  bool is_since(Operation at, std::optional<Operation> set) const { return !set || interleavings_.precedes(*set, at); }
  bool is_until(Operation at, std::optional<Operation> reader) const {
    return !reader || interleavings_.precedes(at, *reader);
  }

  template <class Visit>
  void for_each(Update::Kind kind, Visit visit) const {
    for (std::size_t i = 0; i < programs_.size(); ++i) {
      for (std::size_t k = 0; k < programs_[i].size(); ++k) {
        if (programs_[i][k].kind == kind) visit(Operation{i, k});
      }
    }
  }

  const std::vector<Program> programs_;
  Interleavings interleavings_;
  std::array<Explored<double>, kThreads> cells_{0.0, 0.0, 0.0};
  GaugeValue<ExploredMemory> gauge_;
};

// The amounts are different powers of two, so each sum of them identifies the updates in it.
TEST(GaugeInterleavings, KeepEachUpdateInItsPlace) {
  const std::vector<std::vector<Program>> cases{
      {{inc(1), inc(2), inc(4)}, {inc(8), read()}},
      {{inc(1), inc(2)}, {set(1024), inc(4), read()}},
      {{inc(1), set(1024), inc(2)}, {set(2048), inc(4), read()}},
      {{inc(1), inc(2), inc(0.5)}, {inc(4), inc(8), read()}},
      {{inc(1), inc(0.5)}, {inc(2), set(1024), read()}},
      {{inc(1), inc(2)}, {set(1024)}, {read()}},
      {{inc(1), inc(2)}, {set(1024)}, {set(2048)}},
      {{inc(1), set(1024)}, {inc(2), inc(0.5)}, {inc(4)}},
  };
  std::size_t states = 0;
  for (const bool has_slots : {true, false}) {
    ExploredMemory::has_slots = has_slots;
    for (const auto& programs : cases) {
      states += Exploration(programs).run();
      if (HasFailure()) return;
    }
  }
  std::printf("%zu states\n", states);
  EXPECT_GT(states, 10'000u);
}

}  // namespace
}  // namespace narthex::detail
