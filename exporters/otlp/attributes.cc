#include "otlp/attributes.h"

#include <cstring>

#include "formats/varint.h"
#include "model/checked_labels.h"
#include "model/escape.h"
#include "otlp/wire.h"

namespace narthex::detail::otlp {

namespace {

constexpr std::size_t kPartsOfAttribute = 4;  // keys of fields and lengths: of KeyValue, key, value, and its text

// The largest name and value together whose lengths have one byte each.
constexpr std::ptrdiff_t kMaxShortAttribute = 0x7f - 6;

constexpr std::ptrdiff_t kPiece = 16;  // is copied without a branch for the number of characters

// Copies text in front of `end`, and returns its end. Up to kPiece bytes may be written.
char* put_piece(char* to, const char* from, std::ptrdiff_t size, const char* end) noexcept {
  if (size > kPiece || end - from < kPiece) return put(to, {from, static_cast<std::size_t>(size)});
  std::memcpy(to, from, kPiece);
  return to + size;
}

// Writes the keys and the lengths of two fields, one in the other.
char* put_lengths(char* to, OtlpField outer, std::ptrdiff_t outer_size, OtlpField inner,
                  std::ptrdiff_t inner_size) noexcept {
  to[0] = key_byte(outer, WireKind::length);
  to[1] = static_cast<char>(outer_size);
  to[2] = key_byte(inner, WireKind::length);
  to[3] = static_cast<char>(inner_size);
  return to + 4;
}

// Writes short labels until the end of a text, or until one that is long, has a quoted name, or an escaped value. Returns
// the position. `to` is the end of what is written, before and after.
//
//   method="GET"     --->     key  length | key  size of name  | method | key  length | key  size of value | GET
const char* put_short_attributes(char*& to, OtlpField tag, const char* at, const char* end) noexcept {
  while (at != end) {
    const char* const quote = find_quote(at, end);  // before the value, or before a quoted name
    const char* const value = quote + 1;
    const char* const value_end = find_quote_or_backslash(value, end);
    const std::ptrdiff_t name_size = quote - at - 1;  // without the equals sign
    const std::ptrdiff_t value_size = value_end - value;
    if (quote == at || *value_end != '"' || name_size + value_size > kMaxShortAttribute) break;
    if (value_size > 0) {
      to = put_lengths(to, tag, name_size + value_size + 6, attribute_field::key, name_size);
      to = put_piece(to, at, name_size, end);
      to = put_lengths(to, attribute_field::value, value_size + 2, value_field::string_value, value_size);
      to = put_piece(to, value, value_size, end);
    }
    at = value_end + 1;
    if (at != end) ++at;  // the comma
  }
  return at;
}

}  // namespace

void append_attributes(ByteBuffer& to, OtlpField tag, LabelView labels) {
  const std::string_view text = labels.text();
  const char* at = text.data();
  const char* const end = at + text.size();
  if (text.size() >= kMinSearched) {
    // An attribute takes at most six bytes more than the name, the value, and the three characters around them.
    char* position = to.reserve(3 * text.size() + kPiece);
    at = put_short_attributes(position, tag, at, end);
    to.set_end(position);
  }
  if (at == end) return;
  for (const auto [name, value] : CheckedLabels::view({at, static_cast<std::size_t>(end - at)})) {
    if (!value.empty()) append_attribute(to, tag, name, value);
  }
}

void append_attribute(ByteBuffer& to, OtlpField tag, std::string_view key, std::string_view value) {
  const std::size_t any_value = 1 + size_of_varint(value.size()) + value.size();
  const std::size_t attribute = 1 + size_of_varint(key.size()) + key.size() + 1 + size_of_varint(any_value) + any_value;
  char* end = to.reserve(attribute + kPartsOfAttribute * (1 + kMaxVarintSize));
  end = put_length(end, tag, attribute);
  end = put(put_length(end, attribute_field::key, key.size()), key);
  end = put_length(end, attribute_field::value, any_value);
  end = put(put_length(end, value_field::string_value, value.size()), value);
  to.set_end(end);
}

}  // namespace narthex::detail::otlp
