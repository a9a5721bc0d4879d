#include <narthex/runtime_collector.h>

#include <regex>
#include <string>

#include <gtest/gtest.h>
#include <narthex/narthex.h>
#include <narthex/version.h>

#include "support/sanitized.h"
#include "support/test_collector.h"

namespace narthex {
namespace {

Registry runtime() {
  Registry registry;
  registry.add(RuntimeCollector());
  return registry;
}

TEST(RuntimeCollector, ServesTheVersionsOfTheBuild) {
#ifdef __clang__
  const std::string compiler = "clang";
  const std::string version = __clang_version__;
#else
  const std::string compiler = "gcc";
  const std::string version = __VERSION__;
#endif
  const std::string number = version.substr(0, version.find_first_not_of("0123456789."));
  EXPECT_TRUE(
      std::regex_match(lines_with(to_text(runtime()), "cpp_info"),
                       std::regex("cpp_info\\{compiler=\"" + compiler + "\",compiler_version=\"" + number +
                                  "\",libc=\"glibc 2\\.[0-9]+\",narthex_version=\"" + std::string(kVersion) +
                                  "\",standard=\"c\\+\\+20\",standard_library=\"libstdc\\+\\+ [0-9]+\"\\} 1\n")))
      << to_text(runtime());
}

TEST(RuntimeCollector, LeavesOutTheAllocatorOfASanitizer) {
  Registry registry;
  registry.add(RuntimeCollector({.allocator = true}));
  EXPECT_EQ(to_text(registry).find("malloc_") == std::string::npos, kIsSanitized);
}

}  // namespace
}  // namespace narthex
