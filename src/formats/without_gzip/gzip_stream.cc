#include "formats/gzip_stream.h"

#include <narthex/error.h>

namespace narthex::detail {

struct GzipStream::Library {};

GzipStream::GzipStream() = default;
GzipStream::~GzipStream() = default;

bool GzipStream::is_supported() noexcept { return false; }

Spare<GzipStream>::Pointer GzipStream::take() {
  throw Error("gzip: narthex was built without ISA-L and without zlib; build it with one of them");
}

void GzipStream::add(std::string_view, std::string&) {}
void GzipStream::finish(std::string&) {}

}  // namespace narthex::detail
