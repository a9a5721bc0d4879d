#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "formats/message_writer.h"
#include "push/byte_buffer.h"
#include "remote_write/request_writer.h"

namespace narthex::detail {

// Parts of messages that are written for each sample. Their sizes are known before they are written, so that no byte is
// moved. All numbers of fields are at most 15, so that they take one byte.

inline constexpr std::size_t kMaxFieldSize = 1 + kMaxVarintSize;  // of the start of a message, and of a number

inline std::size_t size_of_field(std::size_t size) noexcept { return 1 + size_of_varint(size) + size; }

inline char* put_start(char* to, Tag tag, std::size_t size) noexcept {
  return put_varint(put_key(to, tag, WireType::length), size);
}

inline char* put_text(char* to, Tag tag, std::string_view text) noexcept {
  return put(put_start(to, tag, text.size()), text);
}

// The message Sample of both versions: a value, and times, which are mostly those of the sample before.
class SampleField {
 public:
  static constexpr std::size_t kMaxSize = kMaxFieldSize + 1 + sizeof(double) + 2 * kMaxFieldSize;

  // Sets the times. 1.0 has no start.
  void set_times(std::int64_t at, std::int64_t start) noexcept {
    if (at == at_ && start == start_) return;
    at_ = at;
    start_ = start;
    char* to = put_varint(put_key(times_.data(), 2, WireType::varint), static_cast<std::uint64_t>(at));
    if (start > 0) to = put_varint(put_key(to, 3, WireType::varint), static_cast<std::uint64_t>(start));
    size_ = static_cast<std::size_t>(to - times_.data());
  }
  std::size_t size() const noexcept { return size_of_field(1 + sizeof(double) + size_); }
  char* put(char* to, Tag tag, double value) const noexcept {
    to = put_start(to, tag, 1 + sizeof value + size_);
    to = put_fixed64(put_key(to, 1, WireType::fixed64), value);
    return detail::put(to, {times_.data(), size_});
  }

 private:
  std::int64_t at_ = -1;
  std::int64_t start_ = 0;
  std::size_t size_ = 0;
  std::array<char, 2 * kMaxFieldSize> times_{};
};

}  // namespace narthex::detail
