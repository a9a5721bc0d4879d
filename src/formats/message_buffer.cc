#include "formats/message_buffer.h"

#include <algorithm>
#include <utility>

#include "base/spare_object.h"

namespace narthex::detail {

namespace {

constexpr std::size_t kDefaultCapacity = 16'384;
constexpr std::size_t kMaxKept = std::size_t{4} << 20;  // some 50,000 counters

constinit SpareObject<MessageBuffer> spare;

}  // namespace

void MessageBuffer::grow(std::size_t size) {
  const std::size_t used = this->size();
  const std::size_t capacity = std::max({2 * used, used + size, kDefaultCapacity});
  auto bytes = std::make_unique_for_overwrite<char[]>(capacity);
  if (used > 0) std::memcpy(bytes.get(), bytes_.get(), used);
  bytes_ = std::move(bytes);
  end_ = bytes_.get() + used;
  limit_ = bytes_.get() + capacity;
}

void GiveBackBuffer::operator()(MessageBuffer* buffer) const noexcept {
  std::unique_ptr<MessageBuffer> unused(buffer);
  if (unused->capacity() <= kMaxKept) spare.put(std::move(unused));
}

LentMessageBuffer lend_message_buffer() {
  LentMessageBuffer buffer(spare.take().release());
  if (!buffer) buffer.reset(new MessageBuffer);
  buffer->resize(0);
  return buffer;
}

}  // namespace narthex::detail
