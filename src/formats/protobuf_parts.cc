#include "formats/protobuf_parts.h"

#include <cstddef>
#include <cstring>

#include <fmt/format.h>

#include "model/escape.h"
#include "model/label_cursor.h"
#include "model/sample_rules.h"

namespace narthex::detail {

namespace {

namespace label_field {
enum : Tag { name = 1, value };
}
namespace time_field {
enum : Tag { seconds = 1, nanos };
}
namespace exemplar_field {
enum : Tag { value = 2, timestamp };
}

// The maximum size of the text of a label whose lengths have one byte each.
constexpr std::ptrdiff_t kMaxShortLabelText = 0x7f - 2;

// Writes short labels until the end of a text, or until one that is long, has a quoted name, or an escaped value. Returns
// the position. The text of a label becomes its message if the two characters between name and value are replaced:
//
//   method="GET     --->     key  length | key  size of name  | method | key  size of value | GET
//         ^^
const char* add_short_labels(MessageBuffer& buffer, const char* at, const char* end) {
  constexpr std::ptrdiff_t kPiece = 16;  // is copied without a branch for the number of characters
  // A label has at least four characters, and gets at most three more.
  char* to = buffer.reserve(2 * static_cast<std::size_t>(end - at) + kPiece);
  while (at != end) {
    const char* const quote = find_quote(at, end);  // before the value, or before a quoted name
    const char* const value = quote + 1;
    const char* const value_end = find_quote_or_backslash(value, end);
    const std::ptrdiff_t size = value_end - at;
    if (quote == at || *value_end != '"' || size > kMaxShortLabelText) break;
    put_key(to, kLabel, WireType::length);
    to[1] = static_cast<char>(size + 2);
    put_key(to + 2, label_field::name, WireType::length);
    const std::ptrdiff_t name_size = quote - at - 1;
    to[3] = static_cast<char>(name_size);
    to += 4;
    if (size <= kPiece && end - at >= kPiece) {
      std::memcpy(to, at, kPiece);
    } else {
      put(to, {at, value_end});
    }
    put_key(to + name_size, label_field::value, WireType::length);
    to[name_size + 1] = static_cast<char>(value_end - value);
    to += size;
    at = value_end + 1;
    if (at != end) ++at;  // the comma
  }
  buffer.set_end(to);
  return at;
}

// Adds the first label of a text of any form, and returns the text of the others.
std::string_view add_first_label(MessageWriter& parent, std::string_view text) {
  LabelCursor label(text);
  label.next();
  fmt::memory_buffer name;  // on the stack up to 500 bytes
  fmt::memory_buffer value;
  append_unescaped(name, label.name());
  append_unescaped(value, label.value());
  add_label(parent, {name.data(), name.size()}, {value.data(), value.size()});
  return label.rest();
}

}  // namespace

void add_label(MessageWriter& parent, std::string_view name, std::string_view value) {
  MessageWriter label(parent, kLabel);
  label.add_string(label_field::name, name);
  label.add_string(label_field::value, value);
}

void add_labels(MessageWriter& parent, LabelView labels) {
  const std::string_view text = labels.text();
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at != end;) {
    if (text.size() >= kMinSearched) at = add_short_labels(parent.buffer(), at, end);
    if (at != end) at = end - add_first_label(parent, {at, end}).size();
  }
}

void TimeFields::set(std::int64_t milliseconds) noexcept {
  const auto number = static_cast<std::uint64_t>(milliseconds);
  milliseconds_ = milliseconds;
  char* end = put_varint(put_key(bytes_.data(), time_field::seconds, WireType::varint), number / 1000);
  end = put_varint(put_key(end, time_field::nanos, WireType::varint), number % 1000 * 1'000'000);
  size_ = static_cast<std::size_t>(end - bytes_.data());
}

void add_time(MessageWriter& parent, Tag tag, const Timestamp& at) {
  MessageBuffer& buffer = parent.buffer();
  buffer.set_end(TimeFields().put(buffer.reserve(TimeFields::kMaxSize), tag, at));
}

void add_exemplar(MessageWriter& parent, Tag tag, const Exemplar& exemplar) {
  if (!exemplar_error(exemplar).empty()) return;
  MessageWriter message(parent, tag);
  add_labels(message, exemplar.labels);
  message.add_double(exemplar_field::value, canonical(exemplar.value));
  add_time(message, exemplar_field::timestamp, exemplar.at);
}

}  // namespace narthex::detail
