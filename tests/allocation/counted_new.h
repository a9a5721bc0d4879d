#pragma once

#include <cstddef>

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

}  // namespace narthex
