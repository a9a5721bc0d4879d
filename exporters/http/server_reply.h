#pragma once

#include <string>
#include <string_view>

#include <narthex/exposition.h>

#include "http/admission.h"
#include "http/routes.h"

namespace narthex::detail {

// The parts of a request to an exporter that determine the reply. The views are valid for the call of reply_to().
struct ServerRequest {
  Admission admission{};
  std::string_view method{};
  std::string_view path{};
  bool is_ambiguous = false;  // it has a Content-Length and a Transfer-Encoding
  ExpositionRequest scrape{};
};

// A whole reply, in two parts that are sent one after the other.
struct ServerReply {
  int status = 0;
  std::string head{};       // followed by the body if that is short
  std::string_view body{};  // empty for HEAD
};

// Returns the reply to a request. The body is a view into `memory`. Errors become a reply with status 500, or with
// status 0 if there is no memory for it.
ServerReply reply_to(const ServerRequest& request, const Routes& routes, std::string& memory) noexcept;

}  // namespace narthex::detail
