#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace narthex::detail {

// U+FFFD, which stands for what is no character.
inline constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// Returns how many bytes the first character of `text` takes, or 0 where it is not well-formed UTF-8
// (Unicode 15, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF).
std::size_t utf8_length(std::string_view text) noexcept;

bool is_utf8(std::string_view text) noexcept;

// Returns `text` with every byte that is part of no character replaced by U+FFFD; adds their number to `replaced`.
std::string to_utf8(std::string_view text, std::size_t& replaced);

}  // namespace narthex::detail
