#include "allocation/counted_new.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace narthex {
namespace {

std::atomic<std::size_t> count{0};

constinit thread_local std::size_t left = 0;  // until an allocation fails; 0: none fails
constinit thread_local bool all_fail = false;
constinit thread_local bool has_failed = false;

void* allocate(std::size_t size, std::size_t alignment) {
  count.fetch_add(1);
  if (FailingAllocations::is_next()) throw std::bad_alloc();
  const std::size_t whole =
      (size / alignment + 1) * alignment;  // a multiple of the alignment, as aligned_alloc requires, and never 0
  if (void* memory = std::aligned_alloc(alignment, whole)) return memory;
  throw std::bad_alloc();
}

}  // namespace

std::size_t allocations() noexcept { return count.load(); }

FailingAllocations::FailingAllocations(std::size_t n, Which which) noexcept {
  left = n;
  all_fail = which == Which::all_from_there;
  has_failed = false;
}

bool FailingAllocations::have_occurred() noexcept { return has_failed; }

void FailingAllocations::end() noexcept { left = 0; }

bool FailingAllocations::is_next() noexcept {
  if (left == 0 || --left > 0) return false;
  has_failed = true;
  if (all_fail) left = 1;
  return true;
}

}  // namespace narthex

// The forms for arrays and without exceptions call these.
void* operator new(std::size_t size) { return narthex::allocate(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return narthex::allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
