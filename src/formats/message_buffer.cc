#include "formats/message_buffer.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "formats/varint.h"

namespace narthex::detail {

void MessageBuffer::begin() {
  reserve(kMaxVarintSize);
  if (size_of_length_ == 0) size_of_length_ = limit_ - room_ < kLargeBody ? 3 : 4;
  end_ += size_of_length_;
}

void MessageBuffer::finish() noexcept {
  char* const first = start_ + size_of_length_;
  const auto size = static_cast<std::size_t>(end_ - first);
  end_with_length(first, size_of_length_);
  start_ = end_;
  size_of_length_ = std::max(size_of_varint(size), kMinGuess);
}

void MessageBuffer::flush() {
  drop();
  take(0);
}

void MessageBuffer::take(std::size_t size) {
  const std::size_t unfinished = position();
  const std::span<char> room = out_.take(static_cast<std::size_t>(start_ - room_), unfinished, size);
  room_ = start_ = room.data();
  end_ = start_ + unfinished;
  limit_ = room_ + room.size();
}

void MessageBuffer::end_with_length(char* first, std::size_t size_of_length) noexcept {
  const auto size = static_cast<std::size_t>(end_ - first);
  char* const length = first - size_of_length;
  char* const moved = length + size_of_varint(size);
  if (moved != first) std::memmove(moved, first, size);
  put_varint(length, size);
  end_ = moved + size;
}

}  // namespace narthex::detail
