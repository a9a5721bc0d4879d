// The metrics of RuntimeCollector for the allocator of glibc. Not built for the sanitizers, which have their own.

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <regex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <link.h>
#include <malloc.h>
#include <narthex/narthex.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/sample.h"
#include "support/test_collector.h"

namespace {

int calls_that_lock = 0;  // calls of the functions below

// Counts a call, and returns the function of the C library that the function below replaces.
template <class Function>
Function* count_call(const char* name) {
  ++calls_that_lock;
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" struct mallinfo2 mallinfo2() noexcept { return count_call<struct mallinfo2()>("mallinfo2")(); }

extern "C" int malloc_info(int options, FILE* file) noexcept {
  return count_call<int(int, FILE*)>("malloc_info")(options, file);
}

extern "C" int dl_iterate_phdr(int (*visit)(dl_phdr_info*, std::size_t, void*), void* data) {
  return count_call<decltype(dl_iterate_phdr)>("dl_iterate_phdr")(visit, data);
}

namespace narthex {
namespace {

Registry runtime(RuntimeCollectorOptions options = {.allocator = true}) {
  Registry registry;
  registry.add(RuntimeCollector(options));
  return registry;
}

double value_of(const Registry& registry, std::string_view name) { return sample(to_text(registry), name); }

TEST(LibcAllocator, ServesTheValuesOfMallinfo2) {
  const std::string text = to_text(runtime());
  EXPECT_EQ(
      std::regex_replace(text.substr(text.find("# HELP malloc")), std::regex("(\nmalloc_\\w+) .*"), "$1"),
      "# HELP malloc_allocated_bytes Memory allocated by the program, including the caches of threads.\n"
      "# TYPE malloc_allocated_bytes gauge\n"
      "malloc_allocated_bytes\n"
      "# HELP malloc_free_bytes Memory that the allocator holds and the program does not use.\n"
      "# TYPE malloc_free_bytes gauge\n"
      "malloc_free_bytes\n"
      "# HELP malloc_mmapped_bytes Memory of large allocations, each mapped separately.\n"
      "# TYPE malloc_mmapped_bytes gauge\n"
      "malloc_mmapped_bytes\n"
      "# HELP malloc_releasable_bytes Free memory at the end of the main heap that can be returned to the system.\n"
      "# TYPE malloc_releasable_bytes gauge\n"
      "malloc_releasable_bytes\n"
      "# HELP malloc_system_bytes Memory that the allocator obtained from the system.\n"
      "# TYPE malloc_system_bytes gauge\n"
      "malloc_system_bytes\n");
  EXPECT_EQ(sample(text, "malloc_system_bytes"),
            sample(text, "malloc_allocated_bytes") + sample(text, "malloc_free_bytes"));
  EXPECT_LE(sample(text, "malloc_releasable_bytes"), sample(text, "malloc_free_bytes"));
}

// Each of these functions waits for locks of the allocator or of the loader, and makes other threads wait for them.
TEST(LibcAllocator, IsReadByNoDefaultCollector) {
  const Registry with_allocator = runtime();
  const int before = calls_that_lock;
  static_cast<void>(to_text(with_allocator));
  EXPECT_EQ(calls_that_lock, before + 1);
  Registry defaults;
  defaults.add(CgroupCollector());
  defaults.add(LibraryCollector(defaults));
  defaults.add(ProcessCollector());
  defaults.add(RuntimeCollector());
  for (const Registry& registry : {defaults, Registry::global()}) {
    static_cast<void>(to_text(registry));
    EXPECT_EQ(calls_that_lock, before + 1);
  }
}

TEST(LibcAllocator, ServesLargeAllocations) {
  constexpr std::size_t kLarge = std::size_t{64} << 20;  // more than the allocator ever takes from a heap
  const Registry registry = runtime();
  const double before = value_of(registry, "malloc_mmapped_bytes");
  auto large = std::make_unique<char[]>(kLarge);
  EXPECT_GE(value_of(registry, "malloc_mmapped_bytes"), before + kLarge);
  EXPECT_GE(value_of(registry, "malloc_allocated_bytes"), before + kLarge);
  large.reset();
  EXPECT_EQ(value_of(registry, "malloc_mmapped_bytes"), before);
}

TEST(LibcAllocator, ServesTheArenasOfOtherThreads) {
  constexpr std::size_t kPieces = 10'000;
  const Registry registry = runtime();
  const double before = value_of(registry, "malloc_allocated_bytes");
  std::vector<std::unique_ptr<char[]>> pieces(kPieces);
  std::thread([&] {
    for (auto& piece : pieces) piece = std::make_unique<char[]>(1000);
  }).join();
  EXPECT_GE(value_of(registry, "malloc_allocated_bytes"), before + 1000.0 * kPieces);
}

// Runs this program again, with another allocator in LD_PRELOAD.
TEST(LibcAllocator, IsLeftOutIfAnotherAllocatorIsUsed) {
  if (std::getenv("LD_PRELOAD") != nullptr) {  // NOLINT(concurrency-mt-unsafe): no thread changes the environment
    ASSERT_NE(lines_with(to_text(runtime()), "cpp_info"), "");
    EXPECT_EQ(to_text(runtime()).find("malloc_"), std::string::npos);
    return;
  }
  const pid_t child = ::fork();
  if (child == 0) {
    const char* const filter = "--gtest_filter=LibcAllocator.IsLeftOutIfAnotherAllocatorIsUsed";
    ::setenv("LD_PRELOAD", NARTHEX_ALLOCATOR, 1);  // NOLINT(concurrency-mt-unsafe): the only thread
    ::execl("/proc/self/exe", "narthex_core_tests", filter, nullptr);
    ::_exit(9);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0) << "the output above shows the failure";
}

}  // namespace
}  // namespace narthex
