#include "formats/gzip_stream.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include <fmt/format.h>
#include <isa-l/igzip_lib.h>
#include <narthex/error.h>

namespace narthex::detail {

namespace {

// ISA-L has levels 0 to 3. Level 1 makes an exposition a fifth smaller than level 0 at nearly its speed. Higher levels
// and larger level buffers gain almost nothing.
constexpr std::uint32_t kLevel = 1;

constexpr std::size_t kMaxPiece = std::size_t{1} << 30;  // ISA-L counts in 32 bits

}  // namespace

struct GzipStream::Library {
  void begin() noexcept;
  std::size_t deflate(std::string& out);  // returns the number of bytes appended

  isal_zstream stream;
  std::array<std::uint8_t, ISAL_DEF_LVL1_SMALL> level_buffer;
  std::array<std::uint8_t, 16'384> ready;
};

void GzipStream::Library::begin() noexcept {
  isal_deflate_init(&stream);
  stream.gzip_flag = IGZIP_GZIP;
  stream.level = kLevel;
  stream.level_buf = level_buffer.data();
  stream.level_buf_size = static_cast<std::uint32_t>(level_buffer.size());
}

std::size_t GzipStream::Library::deflate(std::string& out) {
  stream.next_out = ready.data();
  stream.avail_out = static_cast<std::uint32_t>(ready.size());
  const int error = isal_deflate(&stream);
  if (error != COMP_OK) throw Error(fmt::format("gzip: isal_deflate() failed with error {}", error));
  const std::size_t size = ready.size() - stream.avail_out;
  out.append(reinterpret_cast<const char*>(ready.data()), size);
  return size;
}

GzipStream::GzipStream() : library_(std::make_unique_for_overwrite<Library>()) {}
GzipStream::~GzipStream() = default;

bool GzipStream::is_supported() noexcept { return true; }

Spare<GzipStream>::Pointer GzipStream::take() {
  Spare<GzipStream>::Pointer stream = Spare<GzipStream>::take();
  stream->library_->begin();
  return stream;
}

void GzipStream::add(std::string_view text, std::string& out) {
  isal_zstream& stream = library_->stream;
  while (!text.empty()) {
    const std::size_t size = std::min(text.size(), kMaxPiece);
    // ISA-L only reads the input; its interface lacks the const.
    stream.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<std::uint32_t>(size);
    while (stream.avail_in > 0) library_->deflate(out);
    text.remove_prefix(size);
  }
}

void GzipStream::finish(std::string& out) {
  library_->stream.end_of_stream = 1;
  while (library_->deflate(out) > 0) {
  }
}

}  // namespace narthex::detail
