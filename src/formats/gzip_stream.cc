#include "formats/gzip_stream.h"

#include <algorithm>

#include <fmt/format.h>
#include <narthex/error.h>

namespace narthex::detail {

namespace {

// ISA-L has levels 0 to 3. Level 1 makes an exposition a fifth smaller than level 0 at nearly its speed. Higher levels
// and larger level buffers gain almost nothing.
constexpr std::uint32_t kLevel = 1;

constexpr std::size_t kMaxPiece = std::size_t{1} << 30;  // ISA-L counts in 32 bits

}  // namespace

Spare<GzipStream>::Pointer GzipStream::take() {
  Spare<GzipStream>::Pointer stream = Spare<GzipStream>::take();
  stream->begin();
  return stream;
}

void GzipStream::begin() noexcept {
  isal_deflate_init(&stream_);
  stream_.gzip_flag = IGZIP_GZIP;
  stream_.level = kLevel;
  stream_.level_buf = level_buffer_.data();
  stream_.level_buf_size = static_cast<std::uint32_t>(level_buffer_.size());
}

void GzipStream::add(std::string_view text, std::string& out) {
  while (!text.empty()) {
    const std::size_t size = std::min(text.size(), kMaxPiece);
    // ISA-L only reads the input; its interface lacks the const.
    stream_.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
    stream_.avail_in = static_cast<std::uint32_t>(size);
    while (stream_.avail_in > 0) deflate(out);
    text.remove_prefix(size);
  }
}

void GzipStream::finish(std::string& out) {
  stream_.end_of_stream = 1;
  while (deflate(out) > 0) {
  }
}

std::size_t GzipStream::deflate(std::string& out) {
  stream_.next_out = ready_.data();
  stream_.avail_out = static_cast<std::uint32_t>(ready_.size());
  const int error = isal_deflate(&stream_);
  if (error != COMP_OK) throw Error(fmt::format("gzip: isal_deflate() failed with error {}", error));
  const std::size_t size = ready_.size() - stream_.avail_out;
  out.append(reinterpret_cast<const char*>(ready_.data()), size);
  return size;
}

}  // namespace narthex::detail
