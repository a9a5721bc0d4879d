#pragma once

#include <cstddef>
#include <filesystem>
#include <iterator>

namespace narthex {

// Returns the number of descriptors of the process. One more is open during the call.
inline std::size_t open_descriptors() {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

}  // namespace narthex
