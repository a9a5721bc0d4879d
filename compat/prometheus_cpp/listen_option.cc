#include "prometheus_cpp/listen_option.h"

#include <algorithm>

#include <fmt/format.h>
#include <narthex/detail/quote.h>
#include <narthex/error.h>

namespace prometheus::detail {

namespace {

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string listen_address(std::string_view address) {
  if (address.starts_with("unix:") || address.starts_with("fd:")) return std::string(address);
  if (is_number(address)) return fmt::format("0.0.0.0:{}", address);
  if (address.starts_with('+') && is_number(address.substr(1))) {
    if (address.find_first_not_of('0', 1) == std::string_view::npos) {
      throw narthex::OptionsError(fmt::format(
          "Exposer: address {}: the same free port of IPv4 and IPv6 cannot be selected; pass a port above 0",
          narthex::detail::quote(address)));
    }
    return fmt::format("0.0.0.0:{0}, [::]:{0}", address.substr(1));
  }
  const std::string_view port = address.substr(std::min(address.rfind(':') + 1, address.size()));
  if (port.size() > 1 && (port.back() == 's' || port.back() == 'r') && is_number(port.substr(0, port.size() - 1))) {
    throw narthex::OptionsError(
        fmt::format("Exposer: address {}: the suffix '{}' is not supported; set TLS with the option web_config_file",
                    narthex::detail::quote(address), port.back()));
  }
  return std::string(address);
}

}  // namespace

std::string listen_option(std::string_view bind_address) {
  std::string addresses;
  for (;;) {
    const std::size_t comma = bind_address.find(',');
    std::string_view address = bind_address.substr(0, comma);
    while (address.starts_with(' ')) address.remove_prefix(1);
    while (address.ends_with(' ')) address.remove_suffix(1);
    addresses += listen_address(address);
    if (comma == std::string_view::npos) return addresses;
    addresses += ", ";
    bind_address.remove_prefix(comma + 1);
  }
}

}  // namespace prometheus::detail
