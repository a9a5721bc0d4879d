#pragma once

#include <string>
#include <string_view>

#include "formats/gzip_stream.h"
#include "formats/output.h"

namespace narthex::detail {

// Appends to a string what is written, compressed: the text itself never exists in full. Where it is too short to gain
// from that, it is left as it is.
class GzipOutput final : public Output {
 public:
  explicit GzipOutput(std::string& out) : out_(out), start_(out.size()) {}

  void write(std::string_view text) override;

  // Has to come last. Returns whether the text was compressed.
  bool finish();

 private:
  std::string& out_;
  const std::size_t start_;  // of the text in out_
  LentGzipStream stream_;    // none as long as the text is short
};

}  // namespace narthex::detail
