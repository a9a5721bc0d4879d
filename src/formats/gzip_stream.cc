#include "formats/gzip_stream.h"

#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <narthex/error.h>

#include "base/spare_object.h"

namespace narthex::detail {

namespace {

// Of ISA-L's levels from 0 to 3 the one that makes an exposition a fifth smaller than level 0 at nearly its speed; the
// higher ones gain next to nothing, and neither do larger buffers than the small one.
constexpr std::uint32_t kLevel = 1;

constexpr std::size_t kMaxConcurrent = std::size_t{1} << 30;  // ISA-L counts in 32 bits

constinit SpareObject<GzipStream> spare;

}  // namespace

void GzipStream::begin() noexcept {
  isal_deflate_init(&stream_);
  stream_.gzip_flag = IGZIP_GZIP;
  stream_.level = kLevel;
  stream_.level_buf = level_buffer_.data();
  stream_.level_buf_size = static_cast<std::uint32_t>(level_buffer_.size());
}

void GzipStream::add(std::string_view text, std::string& out) {
  while (!text.empty()) {
    const std::size_t size = std::min(text.size(), kMaxConcurrent);
    // ISA-L only reads it, though its interface does not say so.
    stream_.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
    stream_.avail_in = static_cast<std::uint32_t>(size);
    while (stream_.avail_in > 0) deflate(out);
    text.remove_prefix(size);
  }
}

void GzipStream::finish(std::string& out) {
  stream_.end_of_stream = 1;
  while (stream_.internal_state.state != ZSTATE_END) deflate(out);
}

void GzipStream::deflate(std::string& out) {
  stream_.next_out = ready_.data();
  stream_.avail_out = static_cast<std::uint32_t>(ready_.size());
  const int error = isal_deflate(&stream_);
  if (error != COMP_OK) throw Error(fmt::format("gzip: ISA-L returned the error {}", error));
  out.append(ready_.data(), stream_.next_out);
}

void GiveBack::operator()(GzipStream* stream) const noexcept { spare.put(std::unique_ptr<GzipStream>(stream)); }

LentGzipStream lend_gzip_stream() {
  LentGzipStream stream(spare.take().release());
  if (!stream) stream.reset(new GzipStream);  // not zeroed: begin() sets what is read
  stream->begin();
  return stream;
}

}  // namespace narthex::detail
