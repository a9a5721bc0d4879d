#include <narthex/runtime_collector.h>

#include <string>

#include <features.h>
#include <fmt/format.h>
#include <narthex/version.h>

#include "instrumentation/metric_desc.h"

#ifdef __GLIBC__           // other C libraries do not define __GLIBC_PREREQ: they cannot read the next line
#if __GLIBC_PREREQ(2, 34)  // has mallinfo2(), and dlsym() in libc itself
#define NARTHEX_HAS_MALLINFO2
#include <dlfcn.h>
#include <gnu/libc-version.h>
#include <malloc.h>
#endif
#endif

namespace narthex {

namespace {

#ifdef NARTHEX_HAS_MALLINFO2
// Returns the address of the file that defines a symbol for the whole process, or null if it is not known. &malloc is
// not used, because it may be a trampoline in the file of the caller.
const void* origin(const char* symbol) noexcept {
  Dl_info found{};
  const void* const address = ::dlsym(RTLD_DEFAULT, symbol);
  return address && ::dladdr(address, &found) != 0 ? found.dli_fbase : nullptr;
}

// Another allocator defines malloc(), and perhaps mallinfo2(), but never gnu_get_libc_version().
bool is_glibc_allocating() noexcept {
  const void* const libc = origin("gnu_get_libc_version");
  return libc && origin("malloc") == libc && origin("free") == libc;
}

// Not for a scrape that must not delay other threads: mallinfo2() locks each arena, and visits its free chunks.
void write_allocator(Sink& sink) {
  const struct mallinfo2 info = ::mallinfo2();
  const auto write = [&sink](std::string_view name, std::string_view help, std::size_t bytes) {
    detail::write_gauge(sink, {name, help, "bytes"}, static_cast<double>(bytes));
  };
  write("malloc_system_bytes", "Memory that the allocator obtained from the system.", info.arena + info.hblkhd);
  write("malloc_allocated_bytes", "Memory allocated by the program, including the caches of threads.",
        info.uordblks + info.hblkhd);
  write("malloc_free_bytes", "Memory that the allocator holds and the program does not use.", info.fordblks);
  write("malloc_mmapped_bytes", "Memory of large allocations, each mapped separately.", info.hblkhd);
  write("malloc_releasable_bytes", "Free memory at the end of the main heap that can be returned to the system.",
        info.keepcost);
}

std::string libc() { return fmt::format("glibc {}", ::gnu_get_libc_version()); }
#else
bool is_glibc_allocating() noexcept { return false; }

void write_allocator(Sink&) {}

std::string libc() { return {}; }
#endif

// Clang defines the macros of an old GCC, too.
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

RuntimeCollector::RuntimeCollector(RuntimeCollectorOptions options)
    : build_(LabelText::of({{"compiler", kCompiler},
                            {"compiler_version", compiler_version()},
                            {"standard", fmt::format("c++{}", __cplusplus / 100 % 100)},
                            {"standard_library", standard_library()},
                            {"libc", libc()},
                            {"narthex_version", kVersion}})),
      reads_allocator_(options.allocator && is_glibc_allocating()) {}

void RuntimeCollector::collect(Sink& sink) {
  sink.begin_family(
      {"cpp_info", "Compiler, libraries, and version that narthex was built with.", {}, MetricType::info});
  sink.info(build_);
  if (reads_allocator_) write_allocator(sink);
}

}  // namespace narthex
