// What scrapers say they want, whatever it is.

#include <cctype>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "accept_encoding.h"
#include "fuzz.h"

namespace narthex {
namespace {

using fuzz::demand;

std::string upper_case(std::string_view text) {
  std::string upper;
  for (const char c : text) upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return upper;
}

// Puts blanks where the grammar allows them.
std::string with_blanks(std::string_view text) {
  std::string spaced = " ";
  for (const char c : text) spaced += c == ',' ? "\t, " : std::string(1, c);
  return spaced + " ";
}

void check_encoding(const std::string& accept) {
  const bool wants = detail::wants_gzip(accept);
  demand(detail::wants_gzip(upper_case(accept)) == wants, "upper or lower case does not matter");
  demand(detail::wants_gzip(with_blanks(accept)) == wants, "blanks do not matter");
  demand(detail::wants_gzip(",," + accept) == wants, "empty elements do not matter");
  demand(!wants || accept.find_first_of("gG*") != std::string::npos, "nobody gets gzip who does not name it");
  if (accept.find('"') != std::string::npos) return;  // what follows may be in quotes
  demand(!detail::wants_gzip(accept + ",gzip;q=0"), "a refusal counts, wherever it stands");
  demand(!detail::wants_gzip("gzip;q=0," + accept), "also when it comes first");
  demand(detail::wants_gzip(accept + ",br;q=1") == wants, "codings that we do not have do not matter");
}

}  // namespace
}  // namespace narthex

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string accept(reinterpret_cast<const char*>(data), size);
  narthex::check_encoding(accept);
  return 0;
}
