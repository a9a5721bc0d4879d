#pragma once

#include <string_view>

#include <narthex/collector.h>
#include <narthex/detail/export.h>
#include <narthex/labels.h>

namespace NARTHEX_VISIBILITY narthex {

/// Selects the values of the RuntimeCollector.
struct RuntimeCollectorOptions {
  /// Adds the values malloc_*. Each scrape then delays the threads that allocate or free memory: glibc locks each of its
  /// arenas while it counts the free chunks in it. This takes about 20 ns for each free chunk, so 2 ms for 100,000 free
  /// chunks. Default: false, no scrape locks the allocator.
  bool allocator = false;
};

/// The versions of compiler and libraries, and on request the memory of the allocator.
///
/// Values: cpp_info is 1. Its labels compiler, compiler_version, standard, standard_library, and narthex_version describe
///   the build of narthex. Its label libc describes the C library at run time.
///   With RuntimeCollectorOptions::allocator: malloc_system_bytes, malloc_allocated_bytes, malloc_free_bytes,
///   malloc_mmapped_bytes, and malloc_releasable_bytes, summed over all arenas of glibc's allocator. They are left out if
///   another allocator is in use, for example jemalloc, tcmalloc, or that of a sanitizer. Memory in the caches of threads
///   counts as allocated.
/// Thread safety: see Collector.
/// Exceptions: std::bad_alloc.
///
/// Example:
///   registry.add(narthex::RuntimeCollector());
class NARTHEX_EXPORT RuntimeCollector final : public Collector {
 public:
  /// Creates the labels of cpp_info, and finds out whether glibc's allocator is in use.
  explicit RuntimeCollector(RuntimeCollectorOptions options = {});

  std::string_view name() const override { return "runtime"; }
  void collect(Sink& sink) override;

 private:
  LabelText build_;
  bool reads_allocator_;
};

}  // namespace narthex
