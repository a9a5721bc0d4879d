#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <isa-l/igzip_lib.h>

namespace narthex::detail {

// ISA-L's deflate with all the memory that it works in, 180 KiB: one text at a time, in any number of pieces.
// Errors: std::runtime_error when ISA-L refuses to work.
class GzipStream {
 public:
  void begin() noexcept;

  // Appends what is ready of the compressed text to `out`; all of it after finish().
  void add(std::string_view text, std::string& out);
  void finish(std::string& out);

 private:
  void deflate(std::string& out);

  isal_zstream stream_;
  std::array<std::uint8_t, ISAL_DEF_LVL1_SMALL> level_buffer_;
  std::array<std::uint8_t, 16'384> ready_;
};

struct GiveBack {
  void operator()(GzipStream* stream) const noexcept;
};

// A stream that is given back when it is no longer used. One is kept for the next to ask, from whatever thread; who
// finds it taken gets a new one.
using LentGzipStream = std::unique_ptr<GzipStream, GiveBack>;
LentGzipStream lend_gzip_stream();

}  // namespace narthex::detail
