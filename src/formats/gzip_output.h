#pragma once

#include <string>
#include <string_view>

#include "formats/gzip_stream.h"
#include "formats/output.h"

namespace narthex::detail {

// Compresses a text while it is written and appends it to a string. A text below 1 KiB is appended uncompressed.
class GzipOutput final : public Output {
 public:
  explicit GzipOutput(std::string& out) : out_(out), start_(out.size()) {}

  void write(std::string_view text) override;

  // Ends the text; must be the last call. Returns whether the text is compressed.
  bool finish();

 private:
  std::string& out_;
  const std::size_t start_;            // of the text in out_
  Spare<GzipStream>::Pointer stream_;  // null while the text is short
};

}  // namespace narthex::detail
