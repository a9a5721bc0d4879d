// State sets that are turned and read at the same time.

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "null_sink.h"
#include "threads.h"

namespace narthex {
namespace {

// Counts how many scrapes saw another number of states on than one.
class OneState final : public NullSink {
 public:
  void state_set(LabelView, std::span<const State> states, const Timestamp&) override {
    if (std::ranges::count(states, true, &State::on) != 1) ++others;
  }

  int others = 0;
};

TEST(StateSetThreads, NobodySeesTwoStatesOrNoneWhileOneFollowsTheOther) {
  constexpr std::array<const char*, 3> kStates{"starting", "running", "stopped"};
  Registry registry;
  const StateSet state = registry.state_set({.name = "mode", .help = "M.", .states = {kStates.begin(), kStates.end()}});
  state.set("starting");
  OneState sink;
  {
    const Repeatedly turning([&] {
      for (const char* name : kStates) state.set(name);
    });
    const Repeatedly turning_too([&] { state.set("stopped"); });
    for (int i = 0; i < 20'000; ++i) registry.collect(sink);
  }
  EXPECT_EQ(sink.others, 0);
}

TEST(StateSetThreads, EachTurnsItsOwnStateAndNoneIsLost) {
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
