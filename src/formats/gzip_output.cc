#include "formats/gzip_output.h"

#include <array>
#include <cstddef>

namespace narthex::detail {

namespace {

// A shorter body fits into one packet with and without compression, and compressing it takes longer than writing it.
constexpr std::size_t kMinCompressed = 1024;

}  // namespace

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
