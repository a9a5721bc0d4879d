#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

#include "support/rejected_updates.h"

namespace narthex {
namespace {

enum class Phase { starting, running, stopped };

std::string to_string(Phase phase) {
  switch (phase) {
    case Phase::starting:
      return "starting";
    case Phase::running:
      return "running";
    default:
      return "stopped";
  }
}

class StateSetTest : public testing::Test {
 protected:
  // Returns the served text of the state set, with one digit per state.
  static std::string lines(std::string_view digits) {
    std::string text = "# HELP job_state J.\n# TYPE job_state gauge\n";
    const std::vector<std::string> states{"starting", "running", "stopped"};
    for (std::size_t i = 0; i < states.size(); ++i)
      text += "job_state{job_state=\"" + states[i] + "\"} " + digits[i] + "\n";
    return text;
  }

  Registry registry_;
  StateSet state_ =
      registry_.state_set({.name = "job_state", .help = "J.", .states = {"starting", "running", "stopped"}});
};

// Exposition rule 38: text 0.0.4 has no stateset type.
TEST_F(StateSetTest, StartsInNoState) { EXPECT_EQ(to_text(registry_), lines("000")); }

TEST_F(StateSetTest, SetTurnsOffAllOtherStates) {
  state_.set("starting");
  EXPECT_EQ(to_text(registry_), lines("100"));
  state_.set(std::string("stopped"));
  EXPECT_EQ(to_text(registry_), lines("001"));
  EXPECT_TRUE(state_.is_on("stopped"));
  EXPECT_FALSE(state_.is_on("starting"));
}

TEST_F(StateSetTest, SetWithAFlagChangesOneState) {
  state_.set("starting", true);
  state_.set("stopped", true);
  EXPECT_EQ(to_text(registry_), lines("101"));
  state_.set("starting", false);
  state_.set("running", false);
  EXPECT_EQ(to_text(registry_), lines("001"));
}

TEST_F(StateSetTest, AcceptsEnumerators) {
  state_.set(Phase::running);
  state_.set(Phase::stopped, true);
  EXPECT_EQ(to_text(registry_), lines("011"));
  EXPECT_TRUE(state_.is_on(Phase::stopped));
  EXPECT_EQ(states_of(Phase::starting, Phase::stopped), (std::vector<std::string>{"starting", "stopped"}));
}

TEST_F(StateSetTest, RejectsAndCountsAnUnknownState) {
  state_.set("running");
  const auto before = rejected_updates_of("job_state");
  state_.set("Running");
  state_.set("");
  state_.set("walking", true);
  state_.set(static_cast<const char*>(nullptr), false);
  EXPECT_EQ(rejected_updates_of("job_state") - before, 4u);
  EXPECT_EQ(to_text(registry_), lines("010"));
  EXPECT_FALSE(state_.is_on("Running"));
}

enum class Mode { automatic, broken };

std::string to_string(Mode mode) {
  if (mode == Mode::broken) throw std::invalid_argument("no such mode");
  return "running";
}

TEST_F(StateSetTest, CountsAnEnumeratorWithoutTextAsRejected) {
  state_.set(Mode::automatic);
  const auto before = rejected_updates_of("job_state");
  static_assert(noexcept(state_.set(Mode::broken))&& noexcept(state_.set(Mode::broken, true)));
  state_.set(Mode::broken);
  state_.set(Mode::broken, true);
  EXPECT_EQ(rejected_updates_of("job_state") - before, 2u);
  EXPECT_EQ(to_text(registry_), lines("010"));
  EXPECT_THROW(static_cast<void>(state_.is_on(Mode::broken)), std::invalid_argument);
}

TEST_F(StateSetTest, HasFamiliesWithStaticAndRuntimeLabelNames) {
  Registry registry;
  const auto jobs = registry.state_set({.name = "mode", .help = "M.", .states = {"a", "b\"\n"}}, {"job"});
  jobs.labels(7).set("a");
  const StateSet kept = jobs.labels("x");
  kept.set("b\"\n");
  const std::vector<std::string> names{"z", "a"};
  registry.state_set({.name = "phase", .help = "P.", .labels = {{"host", "h"}}, .states = {"on"}}, names)
      .labels({"1", "2"})
      .set("on");
  EXPECT_EQ(to_text(registry),
            "# HELP mode M.\n# TYPE mode gauge\n"
            "mode{job=\"7\",mode=\"a\"} 1\nmode{job=\"7\",mode=\"b\\\"\\n\"} 0\n"
            "mode{job=\"x\",mode=\"a\"} 0\nmode{job=\"x\",mode=\"b\\\"\\n\"} 1\n"
            "# HELP phase P.\n# TYPE phase gauge\n"
            "phase{a=\"2\",host=\"h\",z=\"1\",phase=\"on\"} 1\n");
}

TEST_F(StateSetTest, SupportsSixtyFourStates) {
  std::vector<std::string> states;
  for (int i = 0; i < 64; ++i) states.push_back(std::to_string(i));
  Registry registry;
  const StateSet set = registry.state_set({.name = "many", .help = "M.", .states = states});
  for (const std::string& state : states) {
    set.set(state);
    for (const std::string& other : states) EXPECT_EQ(set.is_on(other), other == state) << state << ' ' << other;
  }
  for (const std::string& state : states) set.set(state, true);
  set.set("63", false);
  std::string expected = "# HELP many M.\n# TYPE many gauge\n";
  for (const std::string& state : states) expected += "many{many=\"" + state + "\"} " + (state == "63" ? "0\n" : "1\n");
  EXPECT_EQ(to_text(registry), expected);
}

TEST_F(StateSetTest, RepeatedDefinitionReturnsTheSameStateSet) {
  registry_.state_set({.name = "job_state", .help = "J.", .states = {"starting", "running", "stopped"}}).set("running");
  EXPECT_TRUE(state_.is_on("running"));
}

TEST(StateSet, HandleStaysValidAfterItsRegistryIsDestroyed) {
  const StateSet kept = Registry().state_set({.name = "mode", .help = "M.", .states = {"on"}});
  kept.set("on");
  EXPECT_TRUE(kept.is_on("on"));
}

TEST(StateSet, DefaultConstructedHandleDoesNothing) {
  const auto before = detail::rejected_updates().by_name();
  const StateSet state;
  state.set("on");
  state.set(Phase::running, true);
  EXPECT_FALSE(state.is_on("on"));
  EXPECT_EQ(detail::rejected_updates().by_name(), before);
}

}  // namespace
}  // namespace narthex
