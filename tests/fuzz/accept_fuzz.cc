// The request headers Accept and Accept-Encoding with any bytes.

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

// Adds spaces where the grammar allows them.
std::string with_blanks(std::string_view text) {
  std::string spaced = " ";
  for (const char c : text) spaced += c == ',' ? "\t, " : std::string(1, c);
  return spaced + " ";
}

void check_encoding(const std::string& accept) {
  const bool wants = detail::accepts_gzip(accept);
  demand(detail::accepts_gzip(upper_case(accept)) == wants, "case is ignored");
  demand(detail::accepts_gzip(with_blanks(accept)) == wants, "spaces are ignored");
  demand(detail::accepts_gzip(",," + accept) == wants, "empty elements are ignored");
  demand(!wants || accept.find_first_of("gG*") != std::string::npos, "gzip is chosen only if the header names it");
  if (accept.find('"') != std::string::npos) return;  // the appended text may be inside of quotes
  demand(!detail::accepts_gzip(accept + ",gzip;q=0"), "q=0 at the end refuses gzip");
  demand(!detail::accepts_gzip("gzip;q=0," + accept), "q=0 at the start refuses gzip");
  demand(detail::accepts_gzip(accept + ",br;q=1") == wants, "unknown codings are ignored");
}

// A Content-Type that Prometheus can read: a type, and parameters without duplicates.
void check_content_type(const detail::NegotiatedFormat& wanted) {
  std::string type;
  detail::set_content_type(wanted, type);
  std::string_view rest = type;
  demand(rest.starts_with("text/plain; ") || rest.starts_with("application/"), "the type is known");
  std::set<std::string_view> names;
  for (std::size_t at = rest.find("; "); at != std::string_view::npos; at = rest.find("; ")) {
    rest.remove_prefix(at + 2);
    const std::string_view parameter = rest.substr(0, rest.find(';'));
    const std::size_t equals = parameter.find('=');
    demand(equals != std::string_view::npos && equals > 0 && equals + 1 < parameter.size(), "a parameter has a value");
    demand(names.insert(parameter.substr(0, equals)).second, "a parameter occurs once");
  }
  const bool is_openmetrics_2 = type == "application/openmetrics-text; version=2.0.0; charset=utf-8";
  demand(is_openmetrics_2 || names.contains("escaping"), "the Content-Type names the escaping");
}

void check_format(const std::string& accept) {
  using detail::Format;
  const detail::NegotiatedFormat wanted = detail::negotiate(accept);
  check_content_type(wanted);
  demand(detail::negotiate(with_blanks(accept)) == wanted, "spaces are ignored");
  demand(detail::negotiate(",," + accept) == wanted, "empty clauses are ignored");
  if (accept.find('*') == std::string::npos) {  // of several clauses, the escaping of the first one counts
    demand(detail::negotiate("*/*;q=1, text/html," + accept) == wanted, "a wildcard never beats a named format");
  }
  demand(detail::negotiate("application/openmetrics-text;version=1.0.0;q=0," + accept) == wanted,
         "a clause with q=0 is ignored");
  if (accept.find('"') != std::string::npos) return;  // the appended text may be inside of quotes
  demand(detail::negotiate(accept + "," + accept) == wanted, "a repeated header changes nothing");
  demand(detail::negotiate(accept + ",image/png;q=1") == wanted, "unknown types are ignored");
  const std::string last = "text/plain;version=1.0.0;q=0.000;escaping=dots";
  demand(detail::negotiate(accept + "," + last) == wanted, "a clause with q=0 at the end is ignored");
}

}  // namespace
}  // namespace narthex

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string accept(reinterpret_cast<const char*>(data), size);
  narthex::check_encoding(accept);
  narthex::check_format(accept);
  return 0;
}
