#pragma once

#include <cstddef>

namespace narthex {

// Returns how often the program has called operator new, which the source file replaces.
std::size_t allocations() noexcept;

// Returns how many of them a call makes.
template <class Call>
std::size_t allocations_of(Call call) {
  const std::size_t before = allocations();
  call();
  return allocations() - before;
}

}  // namespace narthex
