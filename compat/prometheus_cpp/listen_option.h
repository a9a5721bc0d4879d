#pragma once

#include <string>
#include <string_view>

namespace prometheus::detail {

// Returns the addresses of an Exposer in the form of narthex::HttpOptions::listen. Throws narthex::OptionsError for the
// suffixes `s` (TLS) and `r` (redirect) of civetweb.
std::string listen_option(std::string_view bind_address);

}  // namespace prometheus::detail
