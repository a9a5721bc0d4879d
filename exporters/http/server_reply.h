#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "http/body_store.h"
#include "http/routes.h"

namespace narthex::detail {

// How a reply is sent.
struct ReplyForm {
  bool is_head = false;           // the client requests no body
  bool keeps_alive = false;       // the connection stays open for another request
  std::string_view headers = {};  // lines that the web configuration adds, each with its line end
};

// A whole reply, in two parts that are sent one after the other.
struct ServerReply {
  int status = 0;
  std::string head{};                       // followed by the body if that is short
  std::shared_ptr<const ReplyBody> body{};  // null for HEAD, and if the body is short

  std::string_view rest() const noexcept { return body ? body->bytes() : std::string_view(); }
};

// A reply whose first bytes are sent.
struct BegunReply {
  ServerReply reply{};
  std::size_t sent = 0;  // their number
};

// Returns a reply with a line of text. `lines` holds further header lines, each with its line end.
ServerReply message_reply(int status, std::string_view text, const ReplyForm& form, std::string_view lines = {});

// The reason phrase of a status, for example "Not Found".
std::string_view reason_phrase(int status) noexcept;

// Returns what is served for a request, or the reply if nothing is: 404, 405, or 501.
// `has_page`: the caller has served the path itself if the method is GET or HEAD.
std::variant<Route, ServerReply> find_route(const RequestLine& request, const Routes& routes, const ReplyForm& form,
                                            bool has_page = false);

// Returns the reply with a body. `lines` is as above.
ServerReply body_reply(int status, std::string_view content_type, std::shared_ptr<const ReplyBody> body,
                       const ReplyForm& form, std::string_view lines = {});

// Returns the reply with an exposition.
ServerReply exposition_reply(std::string_view content_type, std::string_view content_encoding,
                             std::shared_ptr<const ReplyBody> body, const ReplyForm& form);

}  // namespace narthex::detail
