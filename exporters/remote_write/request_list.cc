#include "remote_write/request_list.h"

#include <snappy.h>

namespace narthex::detail {

std::string snappy_block(std::string_view message, ByteBuffer& buffer) {
  char* const to = buffer.reserve(snappy::MaxCompressedLength(message.size()));
  std::size_t size = 0;
  snappy::RawCompress(message.data(), message.size(), to, &size);
  return {to, size};
}

void RequestList::make_room(std::size_t samples, std::size_t bytes) {
  if (current_.total() == 0) return;
  if (current_.total() + samples > limits_.samples || writer_.size() + bytes > limits_.bytes) end();
}

void RequestList::end() {
  if (current_.total() == 0) return;
  current_.compressed = snappy_block(writer_.finish(), compressed_);
  bodies_.push_back(std::move(current_));
  current_ = {};
  writer_.clear();
}

}  // namespace narthex::detail
