#pragma once

#include <string_view>

#include <narthex/collector.h>
#include <narthex/detail/export.h>
#include <narthex/labels.h>

namespace narthex {

/// Memory of the allocator, and the versions of compiler and libraries.
///
/// Values: malloc_system_bytes, malloc_allocated_bytes, malloc_free_bytes, malloc_mmapped_bytes, and
///   malloc_releasable_bytes, summed over all arenas of glibc's allocator. They are left out if another allocator is in
///   use, for example jemalloc, tcmalloc, or that of a sanitizer. The caches of threads count as allocated. cpp_info is
///   1 and has the labels compiler, compiler_version, standard, standard_library, and narthex_version, as narthex was
///   built, and libc, as the process runs.
/// Thread safety: as a Collector. The allocator counts its free chunks under its locks, so that allocations on other
///   threads may wait; the time grows with the number of free chunks.
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
