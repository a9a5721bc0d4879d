// State sets that are changed and read at the same time.

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "support/null_sink.h"
#include "support/threads.h"

namespace narthex {
namespace {

// Checks which state is on. All sets change to the same states at nearly the same time.
class OneState final : public NullSink {
 public:
  void state_set(LabelView, std::span<const State> states, const Timestamp&) override {
    const auto on = std::ranges::find(states, true, &State::on);
    if (std::ranges::count(states, true, &State::on) != 1) {
      ++failures;
    } else if (on->name != last_) {
      last_ = on->name;
      ++changes;
    }
  }

  int failures = 0;  // no state was on, or two were
  int changes = 0;

 private:
  std::string last_;
};

TEST(StateSetThreads, EveryReaderSeesOneStateDuringChanges) {
  constexpr std::array<const char*, 2> kStates{"running", "stopped"};
  Registry registry;
  const auto family =
      registry.state_set({.name = "mode", .help = "M.", .states = {kStates.begin(), kStates.end()}}, {"job"});
  std::vector<StateSet> sets;
  for (int job = 0; job < 20; ++job) sets.emplace_back(family.labels(job)).set("stopped");
  OneState sink;
  const Repeatedly turning([&] {
    for (const char* name : kStates) {
      for (const StateSet& set : sets) set.set(name);
    }
  });
  while (sink.changes < 4000 && sink.failures == 0) registry.collect(sink);
  EXPECT_EQ(sink.failures, 0);
}

TEST(StateSetThreads, LoseNoChangeWhenEachThreadSetsItsOwnState) {
  constexpr int kThreads = 4;
  std::vector<std::string> names;
  for (int i = 0; i < kThreads; ++i) names.push_back(std::to_string(i));
  const StateSet set = Registry().state_set({.name = "workers", .help = "W.", .states = names});
  std::atomic<int> lost{0};
  on_threads(kThreads, [&](int own) {
    const std::string& name = names[static_cast<std::size_t>(own)];
    for (int i = 0; i < 20'000; ++i) {
      set.set(name, i % 2 == 0);
      if (set.is_on(name) != (i % 2 == 0)) ++lost;
    }
  });
  EXPECT_EQ(lost, 0);
}

}  // namespace
}  // namespace narthex
