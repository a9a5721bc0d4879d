#pragma once

#include <cstddef>

#include "formats/output.h"

namespace narthex::detail {

// Writes lines to the room of an output:
//
//   [ finished lines | unfinished line ......... | free ]
//   ^ begin_         ^ end_                             ^ limit_
//
// A line reserves its maximum size once. What is written there belongs to the text after finish_line().
class LineBuffer {
 public:
  explicit LineBuffer(Output& out) : out_(out) {}

  // Returns the end of the finished lines, after which `size` characters may be written.
  char* reserve(std::size_t size) {
    if (size > static_cast<std::size_t>(limit_ - end_)) take(size);
    return end_;
  }

  void finish_line(char* end) noexcept { end_ = end; }

  // Ends the text.
  void flush() { take(0); }

 private:
  void take(std::size_t size);

  Output& out_;
  char* begin_ = nullptr;
  char* end_ = nullptr;
  char* limit_ = nullptr;
};

}  // namespace narthex::detail
