#pragma once

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include <locale.h>  // NOLINT(modernize-deprecated-headers): newlocale() is of POSIX, and not in <clocale>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {
namespace detail {

// std::from_chars() with strtod(), which accepts more: blanks and a plus before the number, and hexadecimal digits. A
// number has less than 128 characters.
inline std::from_chars_result parse_with_strtod(const char* first, const char* last, double& value,
                                                std::chars_format format) noexcept {
  static const locale_t c_locale = ::newlocale(LC_ALL_MASK, "C", nullptr);  // others write 1,5
  const std::from_chars_result invalid{first, std::errc::invalid_argument};
  std::string_view text(first, static_cast<std::size_t>(last - first));
  text = text.substr(0, text.find_first_of(format == std::chars_format::fixed ? "xXeE" : "xX"));
  char copy[128];
  if (text.empty() || text.size() >= sizeof copy || text.front() == '+' || text.front() <= ' ') return invalid;
  copy[text.copy(copy, text.size())] = '\0';
  char* end = copy;
  errno = 0;
  const double parsed = ::strtod_l(copy, &end, c_locale);
  if (end == copy) return invalid;
  const char* const stop = first + (end - copy);
  if (errno == ERANGE && (parsed == 0 || std::isinf(parsed))) return {stop, std::errc::result_out_of_range};
  value = parsed;
  return {stop, std::errc()};
}

// std::from_chars() of a double, which libc++ has since version 20.
inline std::from_chars_result parse_double(const char* first, const char* last, double& value,
                                           std::chars_format format = std::chars_format::general) noexcept {
#if defined(_LIBCPP_VERSION) && _LIBCPP_VERSION < 200000
  return parse_with_strtod(first, last, value, format);
#else
  return std::from_chars(first, last, value, format);
#endif
}

}  // namespace detail
}  // namespace narthex
