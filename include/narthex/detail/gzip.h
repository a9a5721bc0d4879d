#pragma once

#include <string>
#include <string_view>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

// Returns whether the library was built with a library that compresses.
NARTHEX_EXPORT bool can_gzip() noexcept;

// Returns the text in the format gzip. Throws narthex::Error if the library cannot compress.
NARTHEX_EXPORT std::string gzip(std::string_view text);

}  // namespace detail
}  // namespace narthex
