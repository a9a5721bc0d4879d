#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <isa-l/igzip_lib.h>

#include "formats/spare.h"

namespace narthex::detail {

// Compresses one text at a time, in any number of pieces, with ISA-L. Holds all memory that ISA-L needs: 180 KiB.
// Errors: narthex::Error if ISA-L reports an error. It does so for wrong settings only.
class GzipStream {
 public:
  static Spare<GzipStream>::Pointer take();

  // Appends the compressed bytes that are ready to `out`. After finish() it has all of them.
  void add(std::string_view text, std::string& out);
  void finish(std::string& out);

  static constexpr bool is_worth_keeping() noexcept { return true; }

 private:
  void begin() noexcept;
  std::size_t deflate(std::string& out);  // returns the number of bytes appended

  isal_zstream stream_;
  std::array<std::uint8_t, ISAL_DEF_LVL1_SMALL> level_buffer_;
  std::array<std::uint8_t, 16'384> ready_;
};

}  // namespace narthex::detail
