#pragma once

#include <string_view>

#include <narthex/collector.h>
#include <narthex/detail/export.h>
#include <narthex/labels.h>

namespace NARTHEX_VISIBILITY narthex {

/// Memory of the allocator, and the versions of compiler and libraries.
///
/// Values: malloc_system_bytes, malloc_allocated_bytes, malloc_free_bytes, malloc_mmapped_bytes, and
///   malloc_releasable_bytes, summed over all arenas of glibc's allocator. They are left out if another allocator is in
///   use, for example jemalloc, tcmalloc, or that of a sanitizer. Memory in the caches of threads counts as allocated.
///   cpp_info is 1. Its labels compiler, compiler_version, standard, standard_library, and narthex_version describe the
///   build of narthex. Its label libc describes the C library at run time.
/// Thread safety: see Collector. The allocator holds its locks while it counts its free chunks, so allocations on other
///   threads may wait. The time grows with the number of free chunks.
/// Exceptions: std::bad_alloc.
///
/// Example:
///   registry.add(narthex::RuntimeCollector());
class NARTHEX_EXPORT RuntimeCollector final : public Collector {
 public:
  /// Creates the labels of cpp_info.
  RuntimeCollector();

  std::string_view name() const override { return "runtime"; }
  void collect(Sink& sink) override;

 private:
  LabelText build_;
};

}  // namespace narthex
