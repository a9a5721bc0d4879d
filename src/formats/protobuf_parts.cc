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
constexpr std::ptrdiff_t kMaxShortLabel = 0x7f - 4;

// Copies a part of a text that ends at `end`. Up to 16 characters are copied without a branch for their number, so that
// what follows is overwritten later.
char* put_part(char* to, std::string_view part, const char* end) noexcept {
  constexpr std::size_t kPiece = 16;
  if (part.size() > kPiece || static_cast<std::size_t>(end - part.data()) < kPiece) return put(to, part);
  std::memcpy(to, part.data(), kPiece);
  return to + part.size();
}

// Writes a short label from two parts of a text that ends at `end`.
char* put_short_label(char* to, std::string_view name, std::string_view value, const char* end) noexcept {
  to = put_key(to, kLabel, WireType::length);
  *to++ = static_cast<char>(4 + name.size() + value.size());
  to = put_key(to, label_field::name, WireType::length);
  *to++ = static_cast<char>(name.size());
  to = put_part(to, name, end);
  to = put_key(to, label_field::value, WireType::length);
  *to++ = static_cast<char>(value.size());
  return put_part(to, value, end);
}

// Adds labels until the end or until one that is long, has a quoted name, or an escaped value. Returns the position.
const char* add_short_labels(MessageBuffer& buffer, const char* at, const char* end) {
  // A label has at least four characters, and gets at most three more. put_part() writes up to 16 behind them.
  char* to = buffer.reserve(2 * static_cast<std::size_t>(end - at) + 16);
  while (at != end) {
    const char* const quote = find_quote(at, end);
    if (quote == at) break;
    const char* const value = quote + 1;
    const char* const value_end = find_quote_or_backslash(value, end);
    if (*value_end != '"' || value_end - at > kMaxShortLabel) break;
    to = put_short_label(to, {at, quote - 1}, {value, value_end}, end);  // without the = before the quote
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

// One reservation, because most series have a time.
void add_time(MessageWriter& parent, Tag tag, const Timestamp& at) {
  if (!at) return;
  const std::int64_t milliseconds = at->time_since_epoch().count();
  if (milliseconds < 0) return;
  const auto number = static_cast<std::uint64_t>(milliseconds);
  MessageBuffer& buffer = parent.buffer();
  char* const to = buffer.reserve(3 * kMaxKeySize + 1 + 2 * kMaxVarintSize);
  char* const first = put_key(to, tag, WireType::length) + 1;
  char* end = put_varint(put_key(first, time_field::seconds, WireType::varint), number / 1000);
  end = put_varint(put_key(end, time_field::nanos, WireType::varint), number % 1000 * 1'000'000);
  first[-1] = static_cast<char>(end - first);
  buffer.set_end(end);
}

void add_exemplar(MessageWriter& parent, Tag tag, const Exemplar& exemplar) {
  if (!exemplar_error(exemplar).empty()) return;
  MessageWriter message(parent, tag);
  add_labels(message, exemplar.labels);
  message.add_double(exemplar_field::value, canonical(exemplar.value));
  add_time(message, exemplar_field::timestamp, exemplar.at);
}

}  // namespace narthex::detail
