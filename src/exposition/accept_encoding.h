#pragma once

#include <string_view>

namespace narthex::detail {

// Whether a reply to a request with this Accept-Encoding may be gzip, and nothing is liked better (RFC 9110, 12.5.3).
// What is malformed counts as not said: a reply as it is, is always understood.
bool wants_gzip(std::string_view accept_encoding) noexcept;

}  // namespace narthex::detail
