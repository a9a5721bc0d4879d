#include <narthex/runtime_collector.h>

#include <string>

#include <features.h>
#include <fmt/format.h>

#include "instrumentation/metric_desc.h"

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)  // has mallinfo2, and dlsym without a library of its own
#define NARTHEX_HAS_MALLINFO2
#include <dlfcn.h>
#include <gnu/libc-version.h>
#include <malloc.h>
#endif

namespace narthex {

namespace {

#ifdef NARTHEX_HAS_MALLINFO2
// Returns where the file begins in memory that a symbol comes from, as the whole process sees it; null where nobody
// knows. Not by &malloc, which may be a trampoline in the file of the one who asks.
const void* origin(const char* symbol) noexcept {
  Dl_info found{};
  const void* const address = ::dlsym(RTLD_DEFAULT, symbol);
  return address && ::dladdr(address, &found) != 0 ? found.dli_fbase : nullptr;
}

// Others bring their own malloc, some even a mallinfo2, but nobody brings another version of the libc.
bool is_glibc_allocating() noexcept {
  const void* const libc = origin("gnu_get_libc_version");
  return libc && origin("malloc") == libc && origin("free") == libc;
}

void give_allocator(Sink& sink) {
  if (!is_glibc_allocating()) return;
  const struct mallinfo2 info = ::mallinfo2();
  const auto give = [&sink](std::string_view name, std::string_view help, std::size_t bytes) {
    detail::write_gauge(sink, {name, help, "bytes"}, static_cast<double>(bytes));
  };
  give("malloc_system_bytes", "Memory that the allocator obtained from the system.", info.arena + info.hblkhd);
  give("malloc_allocated_bytes", "Memory allocated by the program, including the caches of threads.",
       info.uordblks + info.hblkhd);
  give("malloc_free_bytes", "Memory that the allocator holds and the program does not use.", info.fordblks);
  give("malloc_mmapped_bytes", "Memory of large allocations, each mapped separately.", info.hblkhd);
  give("malloc_releasable_bytes", "Free memory at the end of the main heap that can be returned to the system.",
       info.keepcost);
}

std::string libc() { return fmt::format("glibc {}", ::gnu_get_libc_version()); }
#else
void give_allocator(Sink&) {}

std::string libc() { return {}; }
#endif

// Clang claims to be an old GCC as well.
#ifdef __clang__
constexpr const char* kCompiler = "clang";
std::string compiler_version() {
  return fmt::format("{}.{}.{}", __clang_major__, __clang_minor__, __clang_patchlevel__);
}
#else
constexpr const char* kCompiler = "gcc";
std::string compiler_version() { return fmt::format("{}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__); }
#endif

#ifdef _LIBCPP_VERSION
std::string standard_library() { return fmt::format("libc++ {}", _LIBCPP_VERSION); }
#else
std::string standard_library() { return fmt::format("libstdc++ {}", _GLIBCXX_RELEASE); }
#endif

}  // namespace

RuntimeCollector::RuntimeCollector()
    : build_(LabelText::of({{"compiler", kCompiler},
                            {"compiler_version", compiler_version()},
                            {"standard", fmt::format("c++{}", __cplusplus / 100 % 100)},
                            {"standard_library", standard_library()},
                            {"libc", libc()},
                            {"narthex_version", NARTHEX_VERSION}})) {}

void RuntimeCollector::collect(Sink& sink) {
  sink.begin_family(
      {"cpp_info", "Compiler, libraries, and version that narthex was built with.", {}, MetricType::info});
  sink.info(build_);
  give_allocator(sink);
}

}  // namespace narthex
