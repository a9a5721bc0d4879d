#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace narthex::detail {

// U+FFFD, the replacement character.
inline constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

inline constexpr std::string_view kNul("\0", 1);

inline bool has_nul(std::string_view text) noexcept { return text.find('\0') != std::string_view::npos; }

// Returns the number of bytes of the first character of `text`. Returns 0 if that is not well-formed UTF-8 (Unicode 15,
// table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF), and for an empty text.
std::size_t utf8_length(std::string_view text) noexcept;

bool is_utf8(std::string_view text) noexcept;

// Returns `text`, in which each byte that is not part of a character is replaced by U+FFFD. Adds the number of these
// bytes to `replaced`.
std::string to_utf8(std::string_view text, std::size_t& replaced);

}  // namespace narthex::detail
