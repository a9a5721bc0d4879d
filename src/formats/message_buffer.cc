#include "formats/message_buffer.h"

#include <algorithm>
#include <atomic>
#include <utility>

namespace narthex::detail {

namespace {

constexpr std::size_t kDefaultCapacity = 16'384;
constexpr std::size_t kMaxKept = std::size_t{4} << 20;  // some 50,000 counters

constinit std::atomic<MessageBuffer*> spare = nullptr;

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
  if (buffer->capacity() > kMaxKept) {
    delete buffer;
    return;
  }
  // release: whoever gets it finds it as it was left; acquire: the one deleted was left by another thread.
  delete spare.exchange(buffer, std::memory_order_acq_rel);
}

LentMessageBuffer lend_message_buffer() {
  LentMessageBuffer buffer(spare.exchange(nullptr, std::memory_order_acquire));  // acquire: to find it as it was left
  if (!buffer) buffer.reset(new MessageBuffer);
  buffer->resize(0);
  return buffer;
}

}  // namespace narthex::detail
