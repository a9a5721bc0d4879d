#include "formats/gzip_output.h"

#include <cstddef>

namespace narthex::detail {

namespace {

// A reply this short leaves in one packet, compressed or not, and compressing it would take longer than to write it.
constexpr std::size_t kWorthCompressing = 1024;

}  // namespace

void GzipOutput::write(std::string_view text) {
  if (!stream_) {
    if (out_.size() - start_ + text.size() < kWorthCompressing) {
      out_ += text;
      return;
    }
    stream_ = lend_gzip_stream();
    const std::string held_back = out_.substr(start_);
    out_.resize(start_);
    stream_->add(held_back, out_);
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
