#pragma once

#include <cstddef>
#include <cstdint>

namespace narthex {

// Returns the number of calls of operator new in the program. The source file replaces operator new.
std::size_t allocations() noexcept;

// Returns the number of these that a call makes.
template <class Call>
std::size_t allocations_of(Call call) {
  const std::size_t before = allocations();
  call();
  return allocations() - before;
}

// Lets allocations of this thread fail.
class FailingAllocations {
 public:
  enum class Which : std::uint8_t { one, all_from_there };

  // The n-th allocation from now on fails, or all allocations from there.
  FailingAllocations(std::size_t n, Which which) noexcept;
  FailingAllocations(const FailingAllocations&) = delete;
  FailingAllocations& operator=(const FailingAllocations&) = delete;
  ~FailingAllocations() { end(); }

  // Whether an allocation has failed.
  static bool have_occurred() noexcept;
  static void end() noexcept;
  // Counts an allocation that does not use operator new. Returns whether it must fail.
  static bool is_next() noexcept;
};

}  // namespace narthex
