// The families that the query of a URL selects, compared with a second parser.

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include <narthex/sink.h>

#include "exposition/name_filter.h"
#include "fuzz.h"

namespace narthex {
namespace {

using detail::EscapingScheme;
using fuzz::demand;

int digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0 ? c - '0' : (c | 0x20) - 'a' + 10; }

// Collects the values of name[] byte by byte, with a state machine of two states: in a key, and in a value.
std::set<std::string> names_in(std::string_view query) {
  std::set<std::string> names;
  std::string key;
  std::string value;
  bool is_in_value = false;
  const auto end_pair = [&] {
    if (key == "name[]") names.insert(value);
    key.clear();
    value.clear();
    is_in_value = false;
  };
  const auto contains = [query](char c) { return std::ranges::count(query, c) > 0; };
  if (query.starts_with('/') && (contains('?') || (!contains('=') && !contains('&')))) {
    query.remove_prefix(std::min(query.find('?'), query.size()));  // the path
  }
  for (std::size_t i = query.starts_with('?') ? 1 : 0; i < query.size(); ++i) {
    char c = query[i];
    if (c == '&') {
      end_pair();
      continue;
    }
    if (c == '=' && !is_in_value) {
      is_in_value = true;
      continue;
    }
    if (c == '+') c = ' ';
    if (c == '%' && i + 2 < query.size() && std::isxdigit(static_cast<unsigned char>(query[i + 1])) != 0 &&
        std::isxdigit(static_cast<unsigned char>(query[i + 2])) != 0) {
      c = static_cast<char>(digit(query[i + 1]) * 16 + digit(query[i + 2]));
      i += 2;
    }
    (is_in_value ? value : key) += c;
  }
  end_pair();
  return names;
}

FamilyInfo gauge(std::string_view name) { return {.name = name, .type = MetricType::gauge}; }

void check(std::string_view query) {
  const std::set<std::string> names = names_in(query);
  const detail::NameFilter filter(query);
  demand(filter.selects_all() == names.empty(), "a query without name[] selects all families");
  for (const std::string& name : names) {
    demand(filter.selects(gauge(name), EscapingScheme::allow_utf_8), "a family in the query is selected");
  }
  if (names.empty()) return;
  for (const std::string other : {"", "a", "up", "name[]", "a_total"}) {
    demand(filter.selects(gauge(other), EscapingScheme::allow_utf_8) == names.contains(other),
           "other families are not selected");
  }
}

}  // namespace
}  // namespace narthex

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  narthex::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
