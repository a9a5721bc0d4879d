#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "formats/spare.h"

namespace narthex::detail {

// Compresses one text at a time, in any number of pieces. CMake chooses the source: isal/gzip_stream.cc,
// zlib/gzip_stream.cc, or without_gzip/gzip_stream.cc. Holds all memory that the library needs: 180 KiB with ISA-L, 280
// KiB with zlib.
// Errors: std::bad_alloc from take(); narthex::Error if the library reports an error, which it does for wrong settings
// only.
class GzipStream {
 public:
  // Returns whether this build can compress. If not, take() throws.
  static bool is_supported() noexcept;
  static Spare<GzipStream>::Pointer take();

  GzipStream();
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;
  ~GzipStream();

  // Appends the compressed bytes that are ready to `out`. After finish() it has all of them.
  void add(std::string_view text, std::string& out);
  void finish(std::string& out);

  static constexpr bool is_worth_keeping() noexcept { return true; }

 private:
  struct Library;

  std::unique_ptr<Library> library_;
};

}  // namespace narthex::detail
