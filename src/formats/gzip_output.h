#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "formats/gzip_stream.h"
#include "formats/output.h"
#include "formats/spare.h"

namespace narthex::detail {

// Compresses a text while it is written and appends it to a string. A text below 1 KiB is appended uncompressed.
class GzipOutput final : public Output {
 public:
  explicit GzipOutput(std::string& out) : out_(out), start_(out.size()) {}

  std::span<char> take(std::size_t finished, std::size_t unfinished, std::size_t size) override;
  void write(std::string_view text);

  // Ends the compressed text; must be the last call. Returns whether the text is compressed.
  bool finish();

 private:
  // Text that is not compressed yet.
  struct Room {
    // Whether it is small enough to be kept between scrapes; 4 MiB hold about 50,000 counters of a protobuf message.
    bool is_worth_keeping() const noexcept { return size <= std::size_t{4} << 20; }

    std::unique_ptr<char[]> text;
    std::size_t size = 0;
  };

  std::string& out_;
  const std::size_t start_;  // of the text in out_
  Spare<Room>::Pointer room_ = Spare<Room>::take();
  Spare<GzipStream>::Pointer stream_;  // null while the text is short
};

}  // namespace narthex::detail
