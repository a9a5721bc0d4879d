#include "exposition/name_filter.h"

#include <algorithm>
#include <charconv>
#include <cstddef>

#include "model/reserved_names.h"

namespace narthex::detail {

namespace {

// Removes the part before the first separator, and the separator, from the text; returns the part.
std::string_view next_before(std::string_view& text, char separator) noexcept {
  const std::string_view part = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return part;
}

// Decodes a part of a query: "%5B" is "[", and "+" is a blank.
std::string decoded(std::string_view encoded) {
  std::string text;
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    const char* const digits = encoded.data() + i + 1;
    unsigned char byte = 0;
    if (encoded[i] == '%' && encoded.size() - i > 2 &&
        std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      text += static_cast<char>(byte);
      i += 2;
    } else {
      text += encoded[i] == '+' ? ' ' : encoded[i];
    }
  }
  return text;
}

}  // namespace

NameFilter::NameFilter(std::string_view query) {
  // A path, unless it is a query whose first key begins with '/'.
  if (query.starts_with('/') && (query.find('?') != query.npos || query.find_first_of("=&") == query.npos)) {
    next_before(query, '?');
  } else if (query.starts_with('?')) {
    query.remove_prefix(1);
  }
  while (!query.empty()) {
    std::string_view value = next_before(query, '&');
    if (decoded(next_before(value, '=')) != "name[]") continue;
    names_.push_back(decoded(value));
    selects_all_ = false;
  }
  std::ranges::sort(names_);
}

bool NameFilter::has(std::string_view name) const noexcept { return std::ranges::binary_search(names_, name); }

bool NameFilter::selects(const FamilyInfo& family, EscapingScheme scheme) const {
  if (selects_all_ || has(family.name)) return true;
  return has(escape_family_name(family.name, family.type, scheme).append(missing_suffix(family)));
}

}  // namespace narthex::detail
