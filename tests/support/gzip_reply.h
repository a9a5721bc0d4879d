#pragma once

#include <string>

#include <narthex/exposition.h>

#include "formats/gzip_stream.h"
#include "support/gunzip.h"

namespace narthex {

// Returns the Content-Encoding of a long reply to a request that accepts gzip. Without ISA-L and zlib, it is not
// compressed.
inline std::string gzip_if_supported() { return detail::GzipStream::is_supported() ? "gzip" : ""; }

inline std::string content_of(const Exposition& reply) {
  return reply.content_encoding == "gzip" ? gunzip(reply.body) : reply.body;
}

}  // namespace narthex
