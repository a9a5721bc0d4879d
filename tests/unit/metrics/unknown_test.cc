#include <chrono>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

namespace narthex {
namespace {

TEST(Unknown, KeepsTheExactValue) {
  const Unknown unknown = Registry().unknown({.name = "vendor_value", .help = "What the device says."});
  EXPECT_EQ(unknown.value(), 0);
  for (const double value : {0.1, -0.0, -1e308, 5e-324, std::numeric_limits<double>::infinity()}) {
    unknown.set(value);
    EXPECT_EQ(unknown.value(), value);
  }
  unknown.set(std::numeric_limits<double>::quiet_NaN());
  EXPECT_TRUE(std::isnan(unknown.value()));
}

// Exposition rule 36: text 0.0.4 calls the type untyped.
TEST(Unknown, IsServedWithItsValue) {
  Registry registry;
  registry.unknown({.name = "vendor_bytes", .help = "V.", .unit = "bytes", .labels = {{"zone", "b"}}}).set(42);
  EXPECT_EQ(to_text(registry),
            "# HELP vendor_bytes V.\n# TYPE vendor_bytes untyped\n"
            "vendor_bytes{zone=\"b\"} 42\n");
}

TEST(Unknown, HasFamiliesWithStaticAndRuntimeLabelNames) {
  Registry registry;
  const auto by_key = registry.unknown({.name = "a", .help = "A.", .max_series = 2}, {"key"});
  by_key.labels("x").set(1);
  const Unknown kept = by_key.labels(2);
  kept.set(2);
  by_key.labels("beyond").set(3);
  const std::vector<std::string> names{"key", "unit"};
  registry.unknown({.name = "b", .help = "B."}, names).labels({"y", "ms"}).set(-1);
  EXPECT_EQ(to_text(registry),
            "# HELP a A.\n# TYPE a untyped\na{key=\"x\"} 1\na{key=\"2\"} 2\na{key=\"__overflow__\"} 3\n"
            "# HELP b B.\n# TYPE b untyped\nb{key=\"y\",unit=\"ms\"} -1\n");
}

TEST(Unknown, HandleStaysValidAfterItsRegistryIsDestroyed) {
  const Unknown kept = Registry().unknown({.name = "a", .help = "A."});
  const Unknown copy = kept;
  kept.set(7);
  EXPECT_EQ(copy.value(), 7);
}

TEST(Unknown, DefaultConstructedHandleDoesNothing) {
  const Unknown unknown;
  unknown.set(1);
  EXPECT_EQ(unknown.value(), 0);
}

}  // namespace
}  // namespace narthex
