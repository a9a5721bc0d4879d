#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "formats/message_buffer.h"
#include "formats/varint.h"

namespace narthex::detail {

// The number of a field.
using Tag = std::uint32_t;

// How a field is written.
enum class WireType : std::uint32_t { varint = 0, fixed64 = 1, length = 2 };

constexpr std::size_t kMaxKeySize = 5;

// The start of a field.
constexpr char* put_key(char* to, Tag tag, WireType type) noexcept {
  return put_varint(to, tag << 3 | static_cast<std::uint32_t>(type));
}

inline char* put_fixed64(char* to, double value) noexcept {
  auto bits = std::bit_cast<std::uint64_t>(value);
  if constexpr (std::endian::native == std::endian::big) bits = __builtin_bswap64(bits);
  std::memcpy(to, &bits, sizeof bits);
  return to + sizeof bits;
}

// Appends the fields of one message. An inner message ends when its writer is destroyed. Until then nothing else may be
// written to the outer one.
class MessageWriter {
 public:
  // The outermost message, which begins and ends elsewhere.
  explicit MessageWriter(MessageBuffer& buffer) noexcept : buffer_(buffer) {}
  // A message inside of another one.
  MessageWriter(MessageWriter& outer, Tag tag) : buffer_(outer.buffer_) {
    buffer_.set_end(put_key(buffer_.reserve(kMaxKeySize + 1), tag, WireType::length) + 1);  // one byte for the length
    start_ = buffer_.position();
  }
  MessageWriter(const MessageWriter&) = delete;
  MessageWriter& operator=(const MessageWriter&) = delete;
  ~MessageWriter() {
    if (start_ > 0) buffer_.end_inner(buffer_.at(start_));
  }

  void add_uint64(Tag tag, std::uint64_t number) {
    char* const to = buffer_.reserve(kMaxKeySize + kMaxVarintSize);
    buffer_.set_end(put_varint(put_key(to, tag, WireType::varint), number));
  }
  void add_int64(Tag tag, std::int64_t number) { add_uint64(tag, static_cast<std::uint64_t>(number)); }
  void add_sint64(Tag tag, std::int64_t number) { add_uint64(tag, zigzag(number)); }
  void add_packed_sint64(Tag tag, std::span<const std::int64_t> numbers) {
    if (numbers.empty()) return;
    MessageWriter packed(*this, tag);
    char* to = buffer_.reserve(numbers.size() * kMaxVarintSize);
    for (const std::int64_t number : numbers) to = put_varint(to, zigzag(number));
    buffer_.set_end(to);
  }
  void add_double(Tag tag, double value) {
    char* const to = buffer_.reserve(kMaxKeySize + sizeof value);
    buffer_.set_end(put_fixed64(put_key(to, tag, WireType::fixed64), value));
  }
  void add_string(Tag tag, std::string_view text) {
    char* const to = buffer_.reserve(kMaxKeySize + kMaxVarintSize + text.size());
    buffer_.set_end(put(put_varint(put_key(to, tag, WireType::length), text.size()), text));
  }

  MessageBuffer& buffer() noexcept { return buffer_; }

 private:
  MessageBuffer& buffer_;
  std::size_t start_ = 0;  // position of the first byte of an inner message
};

}  // namespace narthex::detail
