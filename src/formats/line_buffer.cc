#include "formats/line_buffer.h"

#include <algorithm>

namespace narthex::detail {

namespace {

// Fits the nearest caches beside other data. Sizes from 4 to 64 KiB show no measurable difference.
constexpr std::size_t kDefaultCapacity = 16'384;

}  // namespace

void LineBuffer::flush() {
  const auto finished = static_cast<std::size_t>(end_ - text_.get());
  if (finished > 0) out_.write({text_.get(), finished});
  end_ = text_.get();
}

void LineBuffer::grow(std::size_t size) {
  flush();
  if (size <= static_cast<std::size_t>(limit_ - end_)) return;
  const std::size_t capacity = std::max(size, kDefaultCapacity);  // a line may be longer than usual
  text_ = std::make_unique_for_overwrite<char[]>(capacity);
  end_ = text_.get();
  limit_ = end_ + capacity;
}

}  // namespace narthex::detail
