#pragma once

#include <cstddef>

#include "formats/output.h"

namespace narthex::detail {

// Writes messages, each after its length, to the room of an output:
//
//   [ finished messages | length | bytes of the message | free ]
//   ^ room_             ^ start_ ^ first byte           ^ end_  ^ limit_
//
// The length of a message is known only at its end, and takes one to ten bytes. The writer leaves the usual number of
// bytes free. If the length needs another number, the message is moved. Inner messages work in the same way. Each
// reservation leaves kSpare bytes for these moves.
class MessageBuffer {
 public:
  explicit MessageBuffer(Output& out) : out_(out) {}

  void begin();
  void finish() noexcept;
  // Removes the message that has begun.
  void drop() noexcept { end_ = start_; }
  // Ends the output.
  void flush();

  // Returns the end of the bytes, after which `size` may be written.
  char* reserve(std::size_t size) {
    if (size + kSpare > static_cast<std::size_t>(limit_ - end_)) take(size + kSpare);
    return end_;
  }
  void set_end(char* end) noexcept { end_ = end; }

  // The position of the next byte, and the byte at a position, which moves when the buffer grows.
  std::size_t position() const noexcept { return static_cast<std::size_t>(end_ - start_); }
  char* at(std::size_t position) noexcept { return start_ + position; }

  // Writes the length of an inner message that begins at `first`. One byte before `first` is reserved for it.
  void end_inner(char* first) noexcept {
    const auto size = static_cast<std::size_t>(end_ - first);
    if (size < kFirstOfTwoBytes) [[likely]] {
      first[-1] = static_cast<char>(size);
    } else {
      end_with_length(first, 1);
    }
  }

 private:
  static constexpr std::size_t kFirstOfTwoBytes = 0x80;
  static constexpr std::size_t kSpare = 64;  // six nested messages, each of which moves by at most 9 bytes
  // The first message of a body of this size probably has a length of four bytes. The length of a further message
  // probably has as many bytes as the one before, but at least kMinGuess: moving a small message costs little.
  static constexpr std::ptrdiff_t kLargeBody = std::ptrdiff_t{1} << 21;
  static constexpr std::size_t kMinGuess = 3;

  void take(std::size_t size);
  void end_with_length(char* first, std::size_t size_of_length) noexcept;

  Output& out_;
  std::size_t size_of_length_ = 0;  // that the current message has reserved; 0: there was no message
  char* room_ = nullptr;
  char* start_ = nullptr;
  char* end_ = nullptr;
  char* limit_ = nullptr;
};

}  // namespace narthex::detail
