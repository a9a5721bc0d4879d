#pragma once

#include <string>
#include <string_view>

#include <narthex/exposition.h>

#include "routes.h"

namespace narthex::detail {

// What the exporter needs to know of a request.
struct HttpRequest {
  std::string_view method{};
  std::string_view path{};
  bool is_ambiguous = false;  // two headers disagree where the body ends
  ExpositionRequest wanted{};
};

// A whole reply; the head is ready to be sent.
struct HttpAnswer {
  int status = 0;
  std::string head{};
  std::string body{};  // to be sent, so empty for HEAD
};

// Returns the reply to a request. Never throws: what goes wrong becomes a 500.
HttpAnswer answer(const HttpRequest& request, const Routes& routes) noexcept;

}  // namespace narthex::detail
