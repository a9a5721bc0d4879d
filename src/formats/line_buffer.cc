#include "formats/line_buffer.h"

#include <span>

namespace narthex::detail {

void LineBuffer::take(std::size_t size) {
  const std::span<char> room = out_.take(static_cast<std::size_t>(end_ - begin_), 0, size);
  begin_ = end_ = room.data();
  limit_ = begin_ + room.size();
}

}  // namespace narthex::detail
