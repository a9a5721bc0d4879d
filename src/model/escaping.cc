#include "model/escaping.h"

#include <cstddef>
#include <cstdint>

#include <fmt/format.h>

#include "base/utf8.h"
#include "model/names.h"
#include "model/reserved_names.h"

namespace narthex::detail {

namespace {

constexpr std::uint32_t kReplacementCodePoint = 0xFFFD;

// One character of a name. A byte that is not part of a UTF-8 character counts as U+FFFD.
struct Character {
  std::string_view text;
  bool is_utf8;

  // The lead byte holds the highest bits after the bits for its length; each further byte holds six bits.
  std::uint32_t code_point() const noexcept {
    if (!is_utf8) return kReplacementCodePoint;
    const auto lead = static_cast<unsigned char>(text.front());
    if (text.size() == 1) return lead;
    std::uint32_t number = lead & (0x7Fu >> text.size());
    for (const char c : text.substr(1)) number = number << 6 | (static_cast<unsigned char>(c) & 0x3Fu);
    return number;
  }
};

Character next_character(std::string_view& rest) noexcept {
  const std::size_t length = utf8_length(rest);
  const Character character{rest.substr(0, length == 0 ? 1 : length), length != 0};
  rest.remove_prefix(character.text.size());
  return character;
}

// is_legacy_metric_name() or is_legacy_label_name().
using IsLegacy = bool (*)(std::string_view);

// Whether a legacy name can have this character at this position: a digit cannot come first.
bool is_legacy_at(std::string_view character, bool is_first, IsLegacy is_legacy) noexcept {
  return is_legacy(character) || (!is_first && character.front() >= '0' && character.front() <= '9');
}

void append_as(EscapingScheme scheme, const Character& character, bool is_legacy, std::string& out) {
  if (scheme != EscapingScheme::underscores && character.text == "_") {
    out += "__";
  } else if (is_legacy) {
    out += character.text;
  } else if (scheme == EscapingScheme::underscores) {
    out += '_';
  } else if (scheme == EscapingScheme::values) {
    out += fmt::format("_{:x}_", character.code_point());  // format_to() would add 80 kB to the library
  } else {
    out += character.text == "." ? "_dot_" : "__";
  }
}

std::string escaped(std::string_view name, EscapingScheme scheme, IsLegacy is_legacy) {
  if (scheme == EscapingScheme::allow_utf_8 || is_legacy(name)) return std::string(name);
  std::string out = scheme == EscapingScheme::values ? "U__" : "";
  for (std::string_view rest = name; !rest.empty();) {
    const bool is_first = rest.size() == name.size();
    const Character character = next_character(rest);
    append_as(scheme, character, is_legacy_at(character.text, is_first, is_legacy), out);
  }
  return out;
}

}  // namespace

std::string_view to_string(EscapingScheme scheme) noexcept {
  switch (scheme) {
    case EscapingScheme::underscores:
      break;
    case EscapingScheme::dots:
      return "dots";
    case EscapingScheme::values:
      return "values";
    case EscapingScheme::allow_utf_8:
      return "allow-utf-8";
  }
  return "underscores";
}

std::string escape_label_name(std::string_view name, EscapingScheme scheme) {
  return escaped(name, scheme, is_legacy_label_name);
}

std::string escape_family_name(std::string_view name, MetricType type, EscapingScheme scheme) {
  if (type == MetricType::state_set) return escape_label_name(name, scheme);
  std::string_view stem = name;
  const bool has_suffix = remove_suffix(stem, suffix_of(type));
  std::string result = escaped(stem, scheme, is_legacy_metric_name);
  return has_suffix ? result += suffix_of(type) : result;
}

}  // namespace narthex::detail
