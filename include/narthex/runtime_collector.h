#pragma once

#include <string_view>

#include <narthex/collector.h>
#include <narthex/detail/export.h>
#include <narthex/labels.h>

namespace narthex {

/// What the C++ runtime says of this process: `registry.add(RuntimeCollector());`.
/// Values: malloc_system_bytes, malloc_allocated_bytes, malloc_free_bytes, malloc_mmapped_bytes and
///   malloc_releasable_bytes, of all arenas of glibc's allocator; left out where another one is in use, such as
///   jemalloc, tcmalloc or a sanitizer's. What threads have cached for themselves counts as allocated. cpp_info, which
///   is 1, by compiler, compiler_version, standard and standard_library, as narthex was built, by narthex_version, and
///   by the libc that the process runs with.
/// Threads: as a Collector. The allocator counts its free pieces under its locks: the more there are, the longer.
/// Errors: none but std::bad_alloc.
class NARTHEX_EXPORT RuntimeCollector final : public Collector {
 public:
  RuntimeCollector();

  std::string_view name() const override { return "runtime"; }
  void collect(Sink& sink) override;

 private:
  LabelText build_;
};

}  // namespace narthex
