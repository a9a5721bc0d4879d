#include <narthex/detail/gzip.h>

#include "formats/gzip_stream.h"

namespace narthex::detail {

bool can_gzip() noexcept { return GzipStream::is_supported(); }

std::string gzip(std::string_view text) {
  std::string compressed;
  const auto stream = GzipStream::take();
  stream->add(text, compressed);
  stream->finish(compressed);
  return compressed;
}

}  // namespace narthex::detail
