#pragma once

#include <atomic>
#include <cstddef>

namespace narthex::detail {

// The size of the last exposition in each kind of format: an estimate of the next one's size.
struct LastBodySizes {
  std::atomic<std::size_t> text{0};
  std::atomic<std::size_t> openmetrics{0};
  std::atomic<std::size_t> protobuf{0};
};

}  // namespace narthex::detail
