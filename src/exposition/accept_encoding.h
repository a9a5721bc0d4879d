#pragma once

#include <string_view>

namespace narthex::detail {

// Returns whether this Accept-Encoding accepts gzip and prefers no other coding (RFC 9110, 12.5.3). A malformed entry
// is ignored: every client understands a reply that is not compressed.
bool accepts_gzip(std::string_view accept_encoding) noexcept;

}  // namespace narthex::detail
