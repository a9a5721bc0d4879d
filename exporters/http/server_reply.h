#pragma once

#include <string>
#include <string_view>

#include <narthex/exposition.h>

#include "http/admission.h"
#include "http/routes.h"

namespace narthex::detail {

// What the exporter needs to know of a request.
struct HttpRequest {
  Admission admission{};
  std::string_view method{};
  std::string_view path{};
  bool is_ambiguous = false;  // two headers disagree where the body ends
  ExpositionRequest wanted{};
};

// A whole reply, in two parts that are sent one after the other.
struct HttpAnswer {
  int status = 0;
  std::string head{};       // with the body behind it where that is short
  std::string_view body{};  // empty for HEAD
};

// Returns the reply to a request; `memory` is where its body comes to lie. Never throws: what goes wrong becomes a 500.
HttpAnswer answer(const HttpRequest& request, const Routes& routes, std::string& memory) noexcept;

}  // namespace narthex::detail
