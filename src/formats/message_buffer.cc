#include "formats/message_buffer.h"

#include <algorithm>
#include <utility>

namespace narthex::detail {

namespace {

constexpr std::size_t kMinCapacity = 16'384;
}  // namespace

void MessageBuffer::grow(std::size_t size) {
  const std::size_t used = this->size();
  const std::size_t capacity = std::max({2 * used, used + size, kMinCapacity});
  auto bytes = std::make_unique_for_overwrite<char[]>(capacity);
  if (used > 0) std::memcpy(bytes.get(), bytes_.get(), used);
  bytes_ = std::move(bytes);
  end_ = bytes_.get() + used;
  limit_ = bytes_.get() + capacity;
}

}  // namespace narthex::detail
