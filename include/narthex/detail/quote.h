#pragma once

#include <string>
#include <string_view>

#include <narthex/detail/export.h>

namespace narthex::detail {

// Returns `text` between single quotes, fit for one line of a message: control characters and bytes that are not
// ASCII or UTF-8 show as \x0a, and a text that is longer than anybody reads is cut.
NARTHEX_EXPORT std::string quote(std::string_view text);

}  // namespace narthex::detail
