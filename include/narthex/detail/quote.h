#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

// Returns `text` between single quotes, on one line, for a message. Control characters and bytes that are not UTF-8
// appear as \x0a. A text of more than about `max_size` bytes is cut, and its size is added.
NARTHEX_EXPORT std::string quote(std::string_view text, std::size_t max_size = 160);

}  // namespace detail
}  // namespace narthex
