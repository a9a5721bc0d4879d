#pragma once

#include <array>
#include <atomic>
#include <cstddef>

namespace narthex::detail {

// The size of the last exposition in each kind of format: an estimate of the next one's size. Formats whose texts have
// about the same length are one kind.
struct LastBodySizes {
  static constexpr std::size_t kFormatKinds = 3;

  std::atomic<std::size_t>& operator[](std::size_t format_kind) noexcept { return sizes[format_kind]; }

  std::array<std::atomic<std::size_t>, kFormatKinds> sizes{};
};

}  // namespace narthex::detail
