#include "formats/gzip_output.h"

#include <algorithm>
#include <array>
#include <utility>

namespace narthex::detail {

namespace {

// A shorter body fits into one packet with and without compression, and compressing it takes longer than writing it.
constexpr std::size_t kMinCompressed = 1024;

// A full room is compressed as one piece, and ISA-L copies the last 32 KiB of each piece. With pieces of 16 KiB, a
// compressed text takes a seventh longer. Pieces above 256 KiB gain nothing.
constexpr std::size_t kMinRoom = 262'144;

}  // namespace

std::span<char> GzipOutput::take(std::size_t finished, std::size_t unfinished, std::size_t size) {
  Room& room = *room_;
  write({room.text.get(), finished});
  const char* const rest = room.text.get() + finished;
  const std::size_t needed = unfinished + size;
  std::unique_ptr<char[]> old;
  if (needed > room.size) {
    const std::size_t larger = std::max(2 * needed, kMinRoom);  // a line or a message may be longer than usual
    old = std::exchange(room.text, std::make_unique_for_overwrite<char[]>(larger));
    room.size = larger;
  }
  std::char_traits<char>::move(room.text.get(), rest, unfinished);
  return {room.text.get(), std::min(room.size, std::max(needed, kMinRoom))};  // a kept room may be larger
}

void GzipOutput::write(std::string_view text) {
  if (!stream_) {
    if (out_.size() - start_ + text.size() < kMinCompressed) {
      out_ += text;
      return;
    }
    stream_ = GzipStream::take();
    std::array<char, kMinCompressed> short_text;
    const std::size_t size = out_.copy(short_text.data(), short_text.size(), start_);
    out_.resize(start_);
    stream_->add({short_text.data(), size}, out_);
  }
  stream_->add(text, out_);
}

bool GzipOutput::finish() {
  if (!stream_) return false;
  stream_->finish(out_);
  stream_.reset();
  return true;
}

}  // namespace narthex::detail
