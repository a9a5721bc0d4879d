#include "formats/gzip_stream.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <new>

#include <fmt/format.h>
#include <narthex/error.h>
#include <zlib.h>

namespace narthex::detail {

namespace {

// An exposition becomes an eighth of its size. Level 4 makes it a tenth, in 1.6 times the time. Level 6, the default,
// makes it hardly smaller than level 4, in 4.8 times the time of level 1.
constexpr int kLevel = 1;
constexpr int kGzipFormat = 16;  // added to the size of the window
constexpr int kMemory = 8;       // the default

constexpr std::size_t kMaxPiece = std::size_t{1} << 30;  // zlib counts in 32 bits

}  // namespace

struct GzipStream::Library {
  Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library() { deflateEnd(&stream); }

  std::size_t deflate(int flush, std::string& out);  // returns the number of bytes appended

  z_stream stream{};
  std::array<char, 16'384> ready;
};

GzipStream::Library::Library() {
  const int error = deflateInit2(&stream, kLevel, Z_DEFLATED, MAX_WBITS + kGzipFormat, kMemory, Z_DEFAULT_STRATEGY);
  if (error == Z_MEM_ERROR) throw std::bad_alloc();
  if (error != Z_OK) throw Error(fmt::format("gzip: deflateInit2() of zlib failed with error {}", error));
}

std::size_t GzipStream::Library::deflate(int flush, std::string& out) {
  stream.next_out = reinterpret_cast<Bytef*>(ready.data());
  stream.avail_out = static_cast<uInt>(ready.size());
  const int error = ::deflate(&stream, flush);
  // Z_BUF_ERROR says that nothing is left to do.
  if (error != Z_OK && error != Z_STREAM_END && error != Z_BUF_ERROR) {
    throw Error(fmt::format("gzip: deflate() of zlib failed with error {}", error));
  }
  const std::size_t size = ready.size() - stream.avail_out;
  out.append(ready.data(), size);
  return size;
}

GzipStream::GzipStream() : library_(std::make_unique<Library>()) {}
GzipStream::~GzipStream() = default;

bool GzipStream::is_supported() noexcept { return true; }

Spare<GzipStream>::Pointer GzipStream::take() {
  Spare<GzipStream>::Pointer stream = Spare<GzipStream>::take();
  deflateReset(&stream->library_->stream);
  return stream;
}

void GzipStream::add(std::string_view text, std::string& out) {
  z_stream& stream = library_->stream;
  while (!text.empty()) {
    const std::size_t size = std::min(text.size(), kMaxPiece);
    // zlib only reads the input; its interface lacks the const.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(size);
    while (stream.avail_in > 0) library_->deflate(Z_NO_FLUSH, out);
    text.remove_prefix(size);
  }
}

void GzipStream::finish(std::string& out) {
  while (library_->deflate(Z_FINISH, out) > 0) {
  }
}

}  // namespace narthex::detail
