#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

namespace narthex {
namespace {

// Exposition rule 37: text 0.0.4 has no info type.
TEST(Info, IsServedWithItsLabelsAfterItsDefinition) {
  Registry registry;
  registry.info({.name = "build_info", .help = "What runs here.", .labels = {{"revision", "ab\"12"}, {"branch", "x"}}});
  EXPECT_EQ(to_text(registry),
            "# HELP build_info What runs here.\n# TYPE build_info gauge\n"
            "build_info{branch=\"x\",revision=\"ab\\\"12\"} 1\n");
}

TEST(Info, ChangesIfAnotherSeriesReplacesIt) {
  Registry registry;
  const auto leader = registry.info({.name = "leader_info", .help = "Who leads."}, {"node"});
  leader.labels("n1");
  leader.clear();
  leader.labels("n2");
  EXPECT_EQ(to_text(registry), "# HELP leader_info Who leads.\n# TYPE leader_info gauge\nleader_info{node=\"n2\"} 1\n");
}

TEST(Info, AcceptsLabelNamesFromRuntimeStrings) {
  Registry registry;
  const std::vector<std::string> names{"b", "a"};
  const Info kept = registry.info({.name = "host_info", .help = "H."}, names).labels({"1", "2"});
  EXPECT_EQ(to_text(registry), "# HELP host_info H.\n# TYPE host_info gauge\nhost_info{a=\"2\",b=\"1\"} 1\n");
}

TEST(Info, IsKeptWhileItIsLookedUpOrAHandleExists) {
  Registry registry;
  const auto peers =
      registry.info({.name = "peer_info", .help = "P.", .idle_timeout = std::chrono::milliseconds(80)}, {"node"});
  peers.labels("busy");
  const Info held = peers.labels("held");
  peers.labels("idle");
  while (to_text(registry).find("idle") != std::string::npos) peers.labels("busy");
  EXPECT_EQ(to_text(registry),
            "# HELP peer_info P.\n# TYPE peer_info gauge\npeer_info{node=\"busy\"} 1\npeer_info{node=\"held\"} 1\n");
}

}  // namespace
}  // namespace narthex
