// What scrapers say they want, whatever it is.

#include <cctype>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "exposition/accept_encoding.h"
#include "exposition/negotiation.h"
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

// A Content-Type that Prometheus can read: a type, and parameters of which none is there twice.
void check_content_type(const detail::NegotiatedFormat& wanted) {
  const std::string type = detail::content_type(wanted);
  std::string_view rest = type;
  demand(rest.starts_with("text/plain; ") || rest.starts_with("application/"), "the type is known");
  std::set<std::string_view> names;
  for (std::size_t at = rest.find("; "); at != std::string_view::npos; at = rest.find("; ")) {
    rest.remove_prefix(at + 2);
    const std::string_view parameter = rest.substr(0, rest.find(';'));
    const std::size_t equals = parameter.find('=');
    demand(equals != std::string_view::npos && equals > 0 && equals + 1 < parameter.size(), "a parameter has a value");
    demand(names.insert(parameter.substr(0, equals)).second, "a parameter is there once");
  }
  demand(names.contains("escaping"), "the escaping is said");
}

void check_format(const std::string& accept) {
  using detail::Format;
  const detail::NegotiatedFormat wanted = detail::negotiate(accept);
  check_content_type(wanted);
  demand(detail::negotiate(with_blanks(accept)) == wanted, "blanks do not matter");
  demand(detail::negotiate(",," + accept) == wanted, "empty clauses do not matter");
  if (accept.find('*') == std::string::npos) {  // of several, the first one's escaping counts
    demand(detail::negotiate("*/*;q=1, text/html," + accept) == wanted, "a wildcard is no wish");
  }
  demand(detail::negotiate("application/openmetrics-text;version=1.0.0;q=0," + accept) == wanted, "q=0 is none");
  if (accept.find('"') != std::string::npos) return;  // what follows may be in quotes
  demand(detail::negotiate(accept + "," + accept) == wanted, "to say it twice changes nothing");
  demand(detail::negotiate(accept + ",image/png;q=1") == wanted, "what we do not have does not matter");
  const std::string last = "text/plain;version=1.0.0;q=0.000;escaping=dots";
  demand(detail::negotiate(accept + "," + last) == wanted, "q=0 is none, also at the end");
}

}  // namespace
}  // namespace narthex

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string accept(reinterpret_cast<const char*>(data), size);
  narthex::check_encoding(accept);
  narthex::check_format(accept);
  return 0;
}
