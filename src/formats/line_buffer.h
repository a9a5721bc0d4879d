#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "formats/output.h"

namespace narthex::detail {

// Where lines are composed, before they go on to an output in large pieces:
//
//   [ finished lines | a line being composed .. | room ]
//                    ^ end_                            ^ limit_
//
// A line asks once for the room that it can take at most; what is written there counts when it is finished.
class LineBuffer {
 public:
  explicit LineBuffer(Output& out) : out_(out) {}

  // Returns the end of the finished lines, with room behind it.
  char* reserve(std::size_t size) {
    if (size > static_cast<std::size_t>(limit_ - end_)) make_room(size);
    return end_;
  }

  void finish_line(char* end) noexcept { end_ = end; }

  void flush();

 private:
  void make_room(std::size_t size);

  Output& out_;
  std::unique_ptr<char[]> text_;
  char* end_ = nullptr;
  char* limit_ = nullptr;
};

}  // namespace narthex::detail
