// The value of a gauge in every order of the steps of a few threads.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
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

// Whether try_acquire() returns a slot: never, always, or from the second time on.
enum class Slots { never, always, later };

// Two slots with cells for three threads. The first whole increment of a base makes a gauge hot.
struct ExploredMemory {
  template <class T>
  using Atomic = Explored<T>;
  struct Heat {
    static bool add(bool /*was_contended*/) { return true; }
    static void cool() {}
  };
  using Cells = std::array<Explored<double>, kThreads>;

  static Explored<double>* find_cell(Slot slot) {
    return slot < kFirstSlot ? nullptr : &(*cells)[slot - kFirstSlot][Interleavings::current().thread()];
  }
  static Explored<double>* find_or_create_cell(Slot slot) { return find_cell(slot); }
  static void promote(Explored<Slot>& slot) {
    struct {
      // Each time another one, so that two threads that promote a gauge do not go unnoticed.
      Slot try_acquire() const {
        if (slots == Slots::never) return kCold;
        const bool is_first = attempts->fetch_or(1) == 0;
        if (slots == Slots::later) return is_first ? kCold : kFirstSlot;
        return is_first ? kFirstSlot : kFirstSlot + 1;
      }
    } allocator;
    detail::promote(slot, allocator);
  }
  static void release_slot(Slot /*slot*/) {}
  template <class Visit>
  static void for_each_cell(Slot slot, Visit visit) {
    for (const Explored<double>& cell : (*cells)[slot - kFirstSlot]) visit(cell.load());
  }

  static inline std::array<Cells, 2>* cells = nullptr;
  static inline Explored<std::uint8_t>* attempts = nullptr;
  static inline Slots slots = Slots::always;
};

struct Update {
  enum Kind { kSet, kInc, kRead, kIdle } kind;
  double amount = 0;
};
using Program = std::vector<Update>;

constexpr Update set(double value) { return {Update::kSet, value}; }
constexpr Update inc(double amount) { return {Update::kInc, amount}; }
constexpr Update read() { return {Update::kRead}; }
// What eviction does to find out whether a series is updated.
constexpr Update idle() { return {Update::kIdle}; }

// Explores one list of programs.
class Exploration {
 public:
  explicit Exploration(std::vector<Program> programs) : programs_(std::move(programs)) {
    ExploredMemory::cells = &cells_;
    ExploredMemory::attempts = &attempts_;
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

  // Runs the program of the first thread without others. Returns what is in its cell.
  std::uint64_t update_alone() {
    for (const Update& update : programs_.front()) perform(update);
    return std::bit_cast<std::uint64_t>(cells_.front().front().load());
  }

 private:
  using Operation = Interleavings::Operation;

  double amount_of(Operation at) const { return programs_[at.thread][at.index].amount; }

  Interleavings::Word perform(const Update& update) {
    switch (update.kind) {
      case Update::kSet:
        if (!gauge_.try_set(flags_, update.amount)) gauge_.set(flags_, update.amount);
        return 0;
      case Update::kInc:
        if (!gauge_.try_inc(flags_, update.amount)) gauge_.inc(flags_, update.amount);
        return 0;
      case Update::kRead:
        return std::bit_cast<Interleavings::Word>(gauge_.value(flags_));
      case Update::kIdle:
        return flags_.fetch_or(Series::kNotAccessed);
    }
    return 0;
  }

  void check_all() const {
    for_each(Update::kRead, [&](Operation read) { check(std::bit_cast<double>(interleavings_.result(read)), read); });
    check(gauge_.value(flags_), std::nullopt);
    for_each(Update::kIdle, [&](Operation idle) { check_accessed(idle); });
  }

  // Checks that an update that came after idle() marked the series as accessed.
  void check_accessed(Operation idle) const {
    bool is_accessed = false;
    const auto mark = [&](Operation update) { is_accessed = is_accessed || interleavings_.precedes(idle, update); };
    for_each(Update::kSet, mark);
    for_each(Update::kInc, mark);
    if (is_accessed) {
      EXPECT_EQ(flags_.load() & Series::kNotAccessed, 0);
    }
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
  std::array<ExploredMemory::Cells, 2> cells_{{{0.0, 0.0, 0.0}, {0.0, 0.0, 0.0}}};
  Explored<std::uint8_t> attempts_{0};
  Explored<std::uint8_t> flags_{0};
  GaugeValue<ExploredMemory> gauge_;
};

// Explores all cases. Returns the number of states.
std::size_t explore(Slots slots, const std::vector<std::vector<Program>>& cases) {
  ExploredMemory::slots = slots;
  std::size_t states = 0;
  for (const auto& programs : cases) {
    if (!testing::Test::HasFailure()) states += Exploration(programs).run();
  }
  std::printf("%zu states\n", states);
  return states;
}

// The amounts are different powers of two, so each sum of them identifies the updates in it.
std::size_t explore_values(Slots slots) {
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
  return explore(slots, cases);
}

TEST(GaugeInterleavings, KeepEachUpdateInItsPlace) { EXPECT_GT(explore_values(Slots::always), 10'000u); }

TEST(GaugeInterleavings, KeepEachUpdateInItsPlaceWithoutASlot) { EXPECT_GT(explore_values(Slots::never), 10'000u); }

TEST(GaugeInterleavings, KeepEachUpdateInItsPlaceWithALaterSlot) { EXPECT_GT(explore_values(Slots::later), 10'000u); }

// In each state, the last update of the first thread may be the only one after idle().
TEST(GaugeInterleavings, MarkTheSeriesAsAccessed) {
  const std::vector<std::vector<Program>> cases{
      {{set(1024)}, {idle()}},
      {{inc(1)}, {idle()}},
      {{inc(1), inc(2)}, {idle()}},
      {{inc(1), set(1024)}, {idle()}},
      {{inc(1), inc(0.5), inc(2)}, {idle()}},
      {{inc(1), set(1024), set(2048)}, {idle()}},
      {{inc(1), set(1024), inc(2)}, {idle()}},
      {{inc(1), set(1024)}, {inc(2)}, {idle()}},
  };
  for (const Slots slots : {Slots::never, Slots::always, Slots::later}) EXPECT_GT(explore(slots, cases), 1'000u);
}

// A gauge that found no slot can be set and still becomes hot later.
TEST(GaugeInterleavings, TryAgainToAcquireASlot) {
  ExploredMemory::slots = Slots::later;
  EXPECT_EQ(Exploration({{inc(1), set(1024), inc(2)}}).update_alone(), 0u);
  EXPECT_EQ(Exploration({{inc(1), set(1024), inc(2), inc(4)}}).update_alone(), 4u);
  EXPECT_EQ(Exploration({{inc(1), idle(), set(1024), inc(2), inc(4)}}).update_alone(), 4u);
}

}  // namespace
}  // namespace narthex::detail
