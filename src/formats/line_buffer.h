#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "formats/output.h"

namespace narthex::detail {

// Collects lines and passes them to an output in large pieces:
//
//   [ finished lines | unfinished line ......... | free ]
//                    ^ end_                            ^ limit_
//
// A line reserves its maximum size once. What is written there belongs to the text after finish_line().
class LineBuffer {
 public:
  explicit LineBuffer(Output& out) : out_(out) {}

  // Returns the end of the finished lines, after which `size` characters may be written.
  char* reserve(std::size_t size) {
    if (size > static_cast<std::size_t>(limit_ - end_)) grow(size);
    return end_;
  }

  void finish_line(char* end) noexcept { end_ = end; }

  void flush();

 private:
  void grow(std::size_t size);

  Output& out_;
  std::unique_ptr<char[]> text_;
  char* end_ = nullptr;
  char* limit_ = nullptr;
};

}  // namespace narthex::detail
